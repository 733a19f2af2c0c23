import { writeAddress } from "./address.js";
import { listPosts, listThreads, listUsers, readConversations } from "./resources.js";
import { showPortrait } from "./card.js";
import { copyOf, element } from "./dom.js";
import { needStyles } from "./later-styles.js";
import { watchMysfits } from "./mysfits.js";
import { notice } from "./notice.js";
import { monogram, named, nameOf, person, spokenOf } from "./people.js";
import { announce, slowNotice } from "./status.js";
import { currentLanguage, inWords, t, watchLanguage } from "./words.js";

export async function mount(root) {
  const [board, threads, people, place] = ["board", "threads", "people", "place"].map((name) =>
    root.querySelector(`[data-part="${name}"]`),
  );
  let said; // what there is of users, topics and posts
  let told = {}; // what of it is translated
  let learnt;

  async function load() {
    place.replaceChildren();
    root.setAttribute("aria-busy", "true");
    const slow = slowNotice(place);
    const answers = await Promise.allSettled([listUsers(), listThreads(), listPosts()]);
    await learnt;
    slow.stop();
    const problem = shownProblem(answers);
    if (problem) place.replaceChildren(notice(problem, { retry: again, byItself: true }));
    // Users, threads and posts may come from three services: what is there is shown.
    const [users, topics, posts] = answers.map(({ value }) => value);
    said = { users, topics, posts };
    try {
      draw();
      if (topics) announce(t("community.loaded", { count: topics.length }));
    } catch (error) {
      place.replaceChildren(notice(error, { retry: again }));
    }
    root.removeAttribute("aria-busy");
  }

  function again() {
    root.focus();
    return load();
  }

  function draw() {
    const { users, topics, posts } = said;
    const userOf = (id) => users?.find((each) => String(each.id) === String(id)) ?? {};
    const say = (tag, className, text) => inItsLanguage(element(tag, className), text, told);
    people.replaceChildren(...(users ?? []).map((user) => person(user, say)));
    people.parentElement.hidden = !users;
    threads.replaceChildren(...(topics ?? []).map((topic) => conversation(topic, posts, userOf, say)));
    threads.parentElement.hidden = !topics;
    board.hidden = !users?.length && !topics?.length;
  }

  async function learn(language) {
    const its = await readConversations(language).catch(() => ({}));
    if (language !== currentLanguage()) return;
    told = its;
    if (said) draw();
  }

  await needStyles("styles/community.css");
  // Who lives with whom is known when the list of mysfits has come.
  watchMysfits((id) => !id && said && draw());
  watchLanguage((language) => (learnt = learn(language)));
  await load();
}

function shownProblem(answers) {
  const problems = answers.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
  // A service without a message board is not an error, only a service without a message board.
  const trouble = problems.find(({ kind }) => kind !== "missing");
  return trouble ?? (answers.some(({ value }) => value?.length) ? undefined : { kind: "unsettled" });
}

/** What somebody wrote, in the reader's language where it is known, and marked as what it is. */
function inItsLanguage(it, text, told) {
  const translated = Object.hasOwn(told, text);
  it.textContent = translated ? told[text] : text;
  it.lang = translated ? currentLanguage() : "en";
  it.dir = "auto";
  return it;
}

function conversation(topic, posts, userOf, say) {
  const { copy, part } = copyOf("conversation");
  const starter = userOf(topic.createdBy);
  part("title").append(say("span", "", topic.title));
  part("starter").textContent = t("community.started", { name: nameOf(starter) });
  const mysfit = spokenOf(topic.title) ?? spokenOf(starter.bio);
  if (mysfit) lead(part("about"), mysfit);
  const its = posts?.filter((post) => String(post.thread) === String(topic.id));
  part("posts").replaceChildren(
    ...(its ?? []).map((post) => {
      const line = element("li", "post");
      const words = element("div", "post-words");
      const author = element("p", "post-author");
      author.append(named(userOf(post.user)));
      words.append(author, say("p", "post-text", post.text));
      line.append(monogram(userOf(post.user)), words);
      return line;
    }),
  );
  part("posts").hidden = !its?.length;
  // Of posts that did not come, nobody can say that there are none.
  part("silence").hidden = !its || its.length > 0;
  part("silence").textContent = t("community.silence");
  return copy;
}

function lead(link, mysfit) {
  const { name, species } = inWords(mysfit);
  link.hidden = false;
  link.href = writeAddress({ page: "mysfits", id: mysfit.mysfitId });
  const image = Object.assign(element("img"), { width: 64, height: 64, loading: "lazy" });
  showPortrait(image, mysfit.thumbImageUri, { name, species });
  image.alt = "";
  link.replaceChildren(image, element("span", "", t("community.about", { name })));
}
