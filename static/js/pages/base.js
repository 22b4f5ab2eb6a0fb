/* What every page has. A page with more behaviour adds its own module, which calls start() again. */
import { Copy } from "../controllers/copy.js";
import { Dialog } from "../controllers/dialog.js";
import { ErrorSummary } from "../controllers/error-summary.js";
import { HeatMap } from "../controllers/heat-map.js";
import { LogOut } from "../controllers/log-out.js";
import { Menu } from "../controllers/menu.js";
import { Theme } from "../controllers/theme.js";
import { start } from "../lib/controllers.js";

start({
  copy: Copy,
  dialog: Dialog,
  "error-summary": ErrorSummary,
  "heat-map": HeatMap,
  "log-out": LogOut,
  menu: Menu,
  theme: Theme,
});
