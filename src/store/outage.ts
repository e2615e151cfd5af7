/**
 * SQLSTATE classes 08 (connection), 53 (resources) and 57P (shutting down), the client's own codes, and those of sockets
 * (PostgreSQL, Appendix A; postgres.js, "Connection errors").
 */
const OUTAGE = /^(08...|53...|57P..|CONNECT(ION)?_\w+|E[A-Z]+)$/;

/** Whether the server could not be asked, or broke off: whatever is tried next fails too, until it is back. */
export function isOutage(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && OUTAGE.test(code);
}
