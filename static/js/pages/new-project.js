/* The form of a new project and the labelling screen beside it. */
import { Builder } from "../controllers/builder.js";
import { Preview } from "../controllers/preview.js";
import { start } from "../lib/controllers.js";

start({ builder: Builder, preview: Preview });
