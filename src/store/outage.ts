/**
 * SQLSTATE classes 08 (connection), 53 (resources) and 57P (shutting down), a lock or an answer that did not come in time
 * (55P03, 57014, 25P03), the client's own codes, and those of sockets (PostgreSQL, Appendix A; postgres.js, "Connection errors").
 */
const OUTAGE = /^(08...|53...|57P..|57014|55P03|25P03|CONNECT(ION)?_\w+|E[A-Z]+)$/;

/** Whether the server could not be asked, or broke off: whatever is tried next fails too, until it is back. */
export function isOutage(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && OUTAGE.test(code);
}
