import { expect, test } from 'vitest';
import { testApp } from '#test/helpers/app.ts';
import { transaction } from './transaction.ts';

test('a transaction that lost a deadlock runs again; any other error is thrown at once', async () => {
  const { sql } = await testApp();
  await sql`CREATE TABLE pair (id int PRIMARY KEY, n int NOT NULL)`;
  await sql`INSERT INTO pair VALUES (1, 0), (2, 0)`;
  let runs = 0;
  let meet = () => {};
  const met = new Promise<void>((resolve) => {
    meet = resolve;
  });
  const locked = new Set<number>();
  const both = (first: number, second: number) =>
    transaction(sql, async (tx) => {
      runs++;
      await tx`UPDATE pair SET n = n + 1 WHERE id = ${first}`;
      locked.add(first);
      if (locked.size === 2) meet();
      await met;
      await tx`UPDATE pair SET n = n + 1 WHERE id = ${second}`;
    });
  await Promise.all([both(1, 2), both(2, 1)]);
  expect(runs).toBeGreaterThanOrEqual(3); // the loser may meet the winner once more
  expect([...(await sql`SELECT n FROM pair`)]).toEqual([{ n: 2 }, { n: 2 }]);
  runs = 0;
  const failing = transaction(sql, async (tx) => {
    runs++;
    await tx`INSERT INTO pair VALUES (1, 0)`;
  });
  await expect(failing).rejects.toThrow(/duplicate key/);
  expect(runs).toBe(1);
});
