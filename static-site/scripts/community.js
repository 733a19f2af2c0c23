import { listPosts, listThreads, listUsers, readConversations } from "./api.js";
import { copyOf, element, needStyles } from "./dom.js";
import { notice, slowNotice } from "./notice.js";
import { announce } from "./status.js";
import { currentLanguage, t, watchLanguage } from "./words.js";

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
    const nameOf = (id) => {
      const user = users?.find((each) => String(each.id) === String(id));
      return user?.name ?? user?.username ?? t("community.someone");
    };
    const say = (tag, className, text) => inItsLanguage(element(tag, className), text, told);
    people.replaceChildren(...(users ?? []).map((user) => person(user, say)));
    people.parentElement.hidden = !users;
    threads.replaceChildren(...(topics ?? []).map((topic) => conversation(topic, posts, nameOf, say)));
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
  return it;
}

function conversation(topic, posts, nameOf, say) {
  const { copy, part } = copyOf("conversation");
  part("title").append(say("span", "", topic.title));
  part("starter").textContent = t("community.started", { name: nameOf(topic.createdBy) });
  const its = posts?.filter((post) => String(post.thread) === String(topic.id));
  part("posts").replaceChildren(
    ...(its ?? []).map((post) => {
      const line = element("li", "post");
      line.append(element("p", "post-author", nameOf(post.user)), say("p", "post-text", post.text));
      return line;
    }),
  );
  // Of posts that did not come, nobody can say that there are none.
  part("silence").hidden = !its || its.length > 0;
  part("silence").textContent = t("community.silence");
  return copy;
}

function person(user, say) {
  const line = element("li", "person");
  line.append(element("p", "person-name", user.name ?? user.username));
  if (user.username) line.append(element("p", "person-handle", `@${user.username}`));
  if (user.bio) line.append(say("p", "person-bio", user.bio));
  return line;
}
