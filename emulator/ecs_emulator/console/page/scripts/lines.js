// Lines to copy that do what a button does: AWS's command line where it is a call of AWS, the emulator's own elsewhere.

/** One word of a shell's line. */
export function quoted(word) {
  const text = String(word);
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const dashed = (name) => name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").replaceAll("_", "-").toLowerCase();

function option(name, value) {
  if (value === true) return `--${dashed(name)}`;
  if (value === false) return `--no-${dashed(name)}`;
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) {
    return [`--${dashed(name)}`, ...value.map(quoted)].join(" ");
  }
  return `--${dashed(name)} ${quoted(typeof value === "object" ? JSON.stringify(value) : value)}`;
}

/** The line of the AWS CLI for a call, by boto3's names. */
export function awsLine(service, operation, input) {
  const options = Object.entries(input).map(([name, value]) => option(name, value));
  return ["aws", service, operation.replaceAll("_", "-"), ...options].join(" ");
}

export function commandLine(program, words) {
  return [program, ...words].map(quoted).join(" ");
}
