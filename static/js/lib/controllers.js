/* Ties behaviour to HTML: <div data-controller="menu"> gets one `new Menu(element)` when it enters the page,
   also when htmx brings it, and `disconnect()` when it leaves. A controller is a class, one a file. */

const registry = new Map();
const alive = new WeakMap();

function connect(element) {
  for (const name of element.dataset.controller.split(/\s+/)) {
    const Controller = registry.get(name);
    const mine = alive.get(element) ?? new Map();
    if (!Controller || mine.has(name)) continue;
    alive.set(element, mine.set(name, new Controller(element)));
  }
}

function disconnect(element) {
  for (const controller of alive.get(element)?.values() ?? []) controller.disconnect?.();
  alive.delete(element);
}

function each(root, act) {
  if (root.nodeType !== Node.ELEMENT_NODE) return;
  if (root.matches("[data-controller]")) act(root);
  root.querySelectorAll("[data-controller]").forEach(act);
}

/** Make controllers known: start({ menu: Menu }). Pages call it with what they need; calls add up. */
export function start(controllers) {
  for (const [name, Controller] of Object.entries(controllers)) registry.set(name, Controller);
  each(document.documentElement, connect);
}

/** The controller of this name on this element, for another one to talk to. */
export function controllerOf(element, name) {
  return alive.get(element)?.get(name);
}

new MutationObserver((changes) => {
  for (const change of changes) {
    change.removedNodes.forEach((node) => node.isConnected || each(node, disconnect));
    change.addedNodes.forEach((node) => node.isConnected && each(node, connect));
  }
}).observe(document.documentElement, { childList: true, subtree: true });
