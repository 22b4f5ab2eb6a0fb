/* The queue of cases. */
import { CaseQueue } from "../controllers/case-queue.js";
import { start } from "../lib/controllers.js";

start({ "case-queue": CaseQueue });
