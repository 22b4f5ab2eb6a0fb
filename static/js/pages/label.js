/* The labelling screen: reads the page's data, makes the parts known to each other, and starts. */

import { Api } from "../label/api.js";
import { Between } from "../label/between.js";
import { Clock } from "../label/clock.js";
import { Comment } from "../label/comment.js";
import { Confidence } from "../label/confidence.js";
import { Drawer } from "../label/drawer.js";
import { Flow } from "../label/flow.js";
import { readable } from "../label/find-records.js";
import { Help } from "../label/help.js";
import { Keymap } from "../label/keymap.js";
import { Keys } from "../label/keys.js";
import { Login } from "../label/login.js";
import { Outbox } from "../label/outbox.js";
import { Painter } from "../label/painter.js";
import { Previous } from "../label/previous.js";
import { Progress } from "../label/progress.js";
import { Questions } from "../label/questions.js";
import { Recent } from "../label/recent.js";
import { helpsOf } from "../label/registry.js";
import { Sender } from "../label/sender.js";
import { Session } from "../label/session.js";
import { Skip } from "../label/skip.js";
import { StateLine } from "../label/state.js";
import { Stock } from "../label/stock.js";
import { Store } from "../label/store.js";
import { OnlyTab } from "../label/tabs.js";
import { Tags } from "../label/tags.js";
import { makeVoice } from "../label/voice.js";

const element = (id) => document.getElementById(id);

async function start() {
  const page = JSON.parse(element("label-data").textContent);
  const user = page.user.name;
  let session = null;
  const changed = (how) => session.changed(how);

  const [store, painter, questions] = await Promise.all([
    new Store(user).open(), Painter.make(page.display), Questions.make(page.questions, element("answers"), changed),
  ]);
  const api = new Api(page.urls, user);
  const outbox = new Outbox(store);
  const sender = new Sender({ outbox, api, user });
  const [drafts, settled] = await Promise.all([store.drafts(), store.settled(), outbox.load()]);
  painter.ondrawn = ({ node, assignment }) => questions.drawn(node, assignment.example.data);
  const stock = new Stock({ api, outbox, draw: (assignment) => painter.draw(assignment) });
  const older = new Set(page.stock.assignments.map(({ id }) => id)); // handed out when the server wrote this page
  const since = settled.filter((entry) => older.has(entry.assignment) && !entry.revision); // what it got between then and now
  for (const entry of since) stock.seen(entry.assignment);
  const voice = makeVoice();
  const tags = new Tags(changed);
  const comment = new Comment(changed);
  const confidence = new Confidence({ changed, back: () => session.focusExample() });
  const clock = new Clock().listen();

  const keymap = new Keymap({ own: page.user.keys, mayLetters: () => help.mayLetters });
  const keys = new Keys({
    example: (name, event) => Boolean(session.current) && questions.handles(name, event),
    digit: (digit, event) => session.current && questions.key(event, digit),
    submit: (event) => session.submit(event),
    escape: () => (drawer.isOpen ? drawer.close() : session.escape()),
    mayLetters: (event) => help.mayLetters || keymap.isOwn(event),
    chords: painter.chords,
    actions: {
      ...painter.actions,
      quick: () => help.toggleQuick(),
      u: (event) => recent.undo(event, session.assignment?.id),
      backspace: (event) => recent.undo(event, session.assignment?.id),
      h: () => recent.open(),
      s: () => skip.open(),
      c: () => comment.open(),
      g: () => drawer.toggle(),
      "?": () => help.open(),
      "/": () => drawer.find() || questions.find(),
      a: (event) => session.current && questions.act("all", event),
      p: () => session.copyPrevious(),
      y: () => session.takeSuggestion(),
      t: () => session.current && questions.enter(),
      v: () => session.current && confidence.enter(),
      arrowdown: (event) => event.target.type !== "radio" && questions.move(1),
      arrowup: (event) => event.target.type !== "radio" && questions.move(-1),
      ...Object.fromEntries(tags.boxes.filter((box) => box.dataset.key).map((box) => [box.dataset.key, () => session.current && tags.toggle(box.dataset.key)])),
    },
  });
  const help = new Help({
    keys, keymap, user, api, voice, quick: page.user.quick, quickPossible: page.quick_possible,
    helps: () => helpsOf(new Set(page.questions.map(({ kind }) => kind)), new Set(page.display.map((part) => part.as))),
  });
  const drawer = new Drawer({ behind: [element("work"), element("dock"), element("top")] });
  const progress = new Progress(page.progress);
  const between = new Between({ keys, away: [element("work"), element("dock")] });
  const skip = new Skip({ keys, skip: (reason, event) => session.skip(reason, event), mayOpen: () => session.maySkip() });
  const recent = new Recent({
    keys, records: withUnsent(page.recent, [...since, ...outbox.all], page), revise: (record, event) => session.revise(record, event),
    sentence: (record) => told(record, outbox), fetchAll: (assignment) => api.history(assignment), textOf: readable(page.display),
  });
  const previous = new Previous({ page, questions, recent, keymap });
  previous.button.addEventListener("click", (event) => {
    session.copyPrevious();
    if (event.detail) session.focusExample(); // by pointer: the keys go on from the example
  });
  const suggestion = page.suggestions ? new (await import("../label/suggestion.js")).Suggestion({
    questions,
    take: (event) => {
      session.takeSuggestion();
      if (event.detail) session.focusExample();
    },
  }) : null;
  const practice = page.practice ? new (await import("../label/practice.js")).Practice({ page, between }) : null;
  const qualify = page.qualification ? new (await import("../label/qualify.js")).Qualify({ page, between, stock, outbox, api }) : null;
  const flow = new Flow({ page, between, stock, outbox, sender, api, drawer, progress });
  session = new Session({
    page, store, drafts, outbox, sender, stock, painter, questions, tags, comment, confidence, previous, suggestion, practice, qualify, clock, recent, progress, voice, help, keymap, flow,
  });
  recent.current = () => session.assignment?.id;
  flow.session = session;
  if (qualify) qualify.session = session;
  const login = new Login({
    keys, api, user,
    done: () => { sender.report(null); sender.kick(); if (!session.current) flow.stopped(); session.focusExample(); },
  });
  const state = new StateLine({ outbox, sender, store, voice, keys, logIn: (other) => login.open(other), open: (entry) => session.revise(recordOf(entry)) });
  store.onlost = () => state.update();

  let feedback = null; // what says how a reference reads, once it is needed
  outbox.addEventListener("settled", ({ detail: { entry, receipt } }) => {
    if (entry.kind === "label") stock.seen(entry.assignment); // a response on its way may still list it
    const record = recent.of(entry.assignment);
    if (record?.entry === entry.client_id) Object.assign(record, { entry: null, counted: receipt?.counted ?? null });
    if (!receipt?.feedback) return;
    feedback ??= import("../label/feedback.js").then(({ Feedback }) => new Feedback(voice));
    feedback.then((line) => line.add(entry, receipt.feedback));
  });
  let quiet = null; // labels made when a request began with nothing on its way: its counts hold then
  stock.addEventListener("asking", () => { quiet = outbox.waiting.length ? null : progress.made; });
  stock.addEventListener("filled", ({ detail }) => quiet === progress.made && progress.sync(detail.answer));

  const renew = () => clock.awake && !flow.elsewhere && stock.renew(Math.min(600, page.lease_seconds / 3));
  setInterval(renew, 20_000);
  document.addEventListener("visibilitychange", renew);

  const unsent = [...since, ...outbox.waiting].filter((entry) => entry.project === page.project.slug && entry.kind === "label" && !entry.revision);
  progress.sync({ today: progress.today + unsent.length, left: progress.atLeast ? progress.left : Math.max(0, progress.left - unsent.length) });

  let first = true;
  flow.onlyTab = new OnlyTab(`workbench-labelling:${user}:${page.project.slug}`, {
    onlose: () => { flow.taken(); document.body.dataset.ready = "elsewhere"; },
    onhave: async () => {
      flow.elsewhere = flow.reading = false;
      if (first) stock.add(page.stock);
      else { await outbox.load(); (await store.drafts()).forEach((draft, id) => drafts.set(id, draft)); }
      first = false;
      session.next();
      await session.current?.item.seen; // a picture is there, or known to be missing
      document.body.dataset.ready = "";
      performance.mark("label:ready");
    },
  });
  await flow.onlyTab.start();
  sender.kick();
}

/** Labels that the server had not got when it wrote this page stand at the end of what it remembers. */
function withUnsent(records, entries, page) {
  const mine = entries.filter((entry) => entry.kind === "label" && entry.project === page.project.slug).map(recordOf);
  const ids = new Set(mine.map((record) => record.assignment.id));
  return [...records.filter((record) => !ids.has(record.assignment.id)), ...mine].slice(-50);
}

const recordOf = (entry) => ({ assignment: entry.leased, ...entry.body, words: entry.words, counted: null, entry: entry.client_id });

function told(record, outbox) {
  if (outbox.all.some((entry) => entry.client_id === record.entry)) return "Waiting on this computer.";
  if (record.counted === false) return "Saved. It does not count: others had answered already.";
  return "Saved.";
}

start();
