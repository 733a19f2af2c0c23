import { currentLanguage, formatNumber, t } from "./words.js";

/** An age as one says it; one that nobody can have, or that nobody knows, is not spoken of. */
export function ageInWords(age) {
  if (!Number.isFinite(age) || age < 0) return "";
  return age === 0 ? t("profile.hatched") : t("profile.age", { count: age, age: compactNumber(age, currentLanguage()) });
}

/** A number as people say it: 2 billion, 20억, 20 亿. Below a million every digit counts. */
export function compactNumber(number, language) {
  if (Math.abs(number) < 1_000_000) return formatNumber(number, language);
  const format = new Intl.NumberFormat(language, { notation: "compact", compactDisplay: "long", useGrouping: language === "ko" ? "always" : "auto" });
  // 20 亿 and 20억 each stand apart from what they are not.
  const [before, after] = [language === "zh" ? "\u00a0" : "", language === "ko" ? "\u00a0" : ""];
  const apart = ({ type, value }) => (type === "compact" ? before + value + after : value);
  return format.formatToParts(number).map(apart).join("");
}
