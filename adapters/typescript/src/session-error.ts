/** Says why there is no session. */
export class SessionError extends Error {
  override readonly name = "SessionError";
  /** Of the registry as a rule; the other peer may send any text. */
  readonly code: string;

  constructor(code: string) {
    super(code === "HANDSHAKE_TIMEOUT" ? `${code}: nobody answered` : code);
    this.code = code;
  }
}
