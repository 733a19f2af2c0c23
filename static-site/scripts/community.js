import { listPosts, listThreads, listUsers } from "./api.js";
import { copyOf, element, needStyles } from "./dom.js";
import { notice, slowNotice } from "./notice.js";
import { announce } from "./status.js";
import { t, watchLanguage } from "./words.js";

export async function mount(root) {
  const [threads, people, place] = ["threads", "people", "place"].map((name) =>
    root.querySelector(`[data-part="${name}"]`),
  );
  let board;

  async function load() {
    place.replaceChildren();
    root.setAttribute("aria-busy", "true");
    const slow = slowNotice(place);
    try {
      const [users, topics, posts] = await Promise.all([listUsers(), listThreads(), listPosts()]);
      board = { users, topics, posts };
      draw();
      announce(t("community.loaded", { count: topics.length }));
    } catch (problem) {
      // A service without a message board is not an error, only a service without a message board.
      const shown = problem.kind === "missing" ? { kind: "unsettled" } : problem;
      place.replaceChildren(notice(shown, { retry: again, byItself: true }));
    }
    slow.stop();
    root.removeAttribute("aria-busy");
  }

  function again() {
    root.focus();
    return load();
  }

  function draw() {
    const nameOf = (id) => {
      const user = board.users.find((each) => String(each.id) === String(id));
      return user?.name ?? user?.username ?? t("community.someone");
    };
    people.replaceChildren(...board.users.map(person));
    threads.replaceChildren(...board.topics.map((topic) => conversation(topic, board.posts, nameOf)));
    root.querySelector("[data-part=board]").hidden = false;
  }

  await needStyles("styles/community.css");
  watchLanguage(() => board && draw());
  await load();
}

function conversation(topic, posts, nameOf) {
  const { copy, part } = copyOf("conversation");
  part("title").textContent = topic.title;
  part("starter").textContent = t("community.started", { name: nameOf(topic.createdBy) });
  const its = posts.filter((post) => String(post.thread) === String(topic.id));
  part("posts").replaceChildren(
    ...its.map((post) => {
      const line = element("li", "post");
      line.append(element("p", "post-author", nameOf(post.user)), element("p", "post-text", post.text));
      return line;
    }),
  );
  part("silence").hidden = its.length > 0;
  part("silence").textContent = t("community.silence");
  return copy;
}

function person(user) {
  const line = element("li", "person");
  line.append(element("p", "person-name", user.name ?? user.username));
  if (user.username) line.append(element("p", "person-handle", `@${user.username}`));
  if (user.bio) line.append(element("p", "person-bio", user.bio));
  return line;
}
