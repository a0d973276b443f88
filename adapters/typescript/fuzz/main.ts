/** Tries inputs that no vector has: node build/fuzz/main.js --inputs 20000 --seed 1 [--target frames]. */
import { parseArgs } from "node:util";
import { loadZstd } from "../src/index.js";
import { Random } from "./random.js";
import { STEPS, TARGETS } from "./targets.js";

const { values: options } = parseArgs({
  options: {
    inputs: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    target: { type: "string", multiple: true, default: Object.keys(TARGETS) },
  },
});

await loadZstd();
for (const name of options.target) {
  const target = TARGETS[name];
  if (target === undefined) throw new Error(`no target ${name}: there are ${Object.keys(TARGETS).join(", ")}`);
  const first = Number(options.seed) * 1_000_000_007;
  const began = performance.now();
  const inputs = Math.ceil(Number(options.inputs) / (STEPS[name] ?? 1));
  for (let input = 0; input < inputs; input++) {
    try {
      target(new Random(first + input));
    } catch (error) {
      console.error(`${name}: input ${input} of seed ${options.seed} shows a fault`);
      throw error;
    }
  }
  console.log(`${name}: ${inputs} inputs in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
