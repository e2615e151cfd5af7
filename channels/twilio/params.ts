/** The fields of a form or a query as an HTTP server reads them: one that came twice is a list. */
export type TwilioParams = Record<string, string | string[] | undefined>;

/** The value of a field that came once. */
export function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
