/* One of several classes: native radios, drawn by templates/kinds/choice.html. */

import { makeFinder } from "./finder.js";
import { radios } from "./radios.js";

export function render(question, host, changed) {
  const group = radios(question, host, changed);
  const finder = makeFinder(host, group.inputs, {
    enter(first) {
      if (!first) return;
      group.choose(first);
      finder.close();
      group.done(true);
    },
    leave: () => group.done(false),
  });
  return {
    ...group.kind,
    set(answer) { finder.close(); group.kind.set(answer); },
    find: finder.open,
  };
}
