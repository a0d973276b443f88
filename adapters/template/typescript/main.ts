// The testee. Nothing here has to change: your part is yours.ts, and testee-kit speaks the testee protocol.
import { run } from "./testee-kit/index.js";
import { yours } from "./yours.js";

await run(yours);
