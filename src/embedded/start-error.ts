/** A start that cannot go on, told in one line a newcomer can act on; shown without a stack. */
export class StartError extends Error {
  override name = 'StartError';
}
