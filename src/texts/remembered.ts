const MOST = 1000;

/** `make`, with its last thousand answers remembered. */
export function remembered(make: (a: string, b: string) => string): (a: string, b: string) => string {
  const answers = new Map<string, string>();
  return (a, b) => {
    const key = `${a}\u0000${b}`;
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = make(a, b);
      if (answers.size >= MOST) answers.clear();
      answers.set(key, answer);
    }
    return answer;
  };
}
