/** The bytes of a file, which the bundler puts in the script. */
declare module "*.wasm" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
