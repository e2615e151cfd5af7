import { parseArgs } from 'node:util';
import type { Conversation } from '../../domain/conversation.ts';
import { LANGUAGES } from '../../domain/language.ts';
import { readConversations } from '../../store/conversations.ts';
import { readTenant } from '../../store/tenants.ts';
import { sampleLink, textsOf } from '../../texts/check.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabase } from './database.ts';

/** As long as a hospital's own address is as a rule. */
const PUBLIC_URL = 'https://avisos.hospital.pe';

export const textsCommand: Command = {
  summary: 'show every text with what it costs as an SMS',
  help: `dosebell texts [--tenant NAME] [--language es|en|pt] [--json]
Shows each text that patients get, with the segments it takes as an SMS with its longest values, and the most it may take.
The link is as long as PUBLIC_URL makes it, ${PUBLIC_URL} when that is not set.

  --tenant NAME    with the tenant's own words (needs DATABASE_URL); without it, the shipped texts
  --language CODE  only this language
  --json           one JSON object a line: {"language","key","text","own","variables","segments","mostSegments"}

Exit code: 0; 1 when a text takes more segments than it may; 2 when the command line is not understood.`,
  async run(args) {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args,
      options: { tenant: text, language: text, json: { type: 'boolean', default: false } },
    });
    const { language } = values;
    if (language !== undefined && !LANGUAGES.some((known) => known === language))
      throw new UsageError(`--language must be one of ${LANGUAGES.join(', ')}`);
    const own = values.tenant === undefined ? {} : await wordsOf(values.tenant);
    const link = sampleLink(process.env['PUBLIC_URL'] || PUBLIC_URL);
    const texts = textsOf(own, link).filter((each) => language === undefined || each.language === language);
    for (const each of texts) console.log(values.json ? JSON.stringify(each) : lineOf(each));
    return texts.some((each) => each.segments > (each.mostSegments ?? Number.POSITIVE_INFINITY)) ? 1 : 0;
  },
};

async function wordsOf(name: string): Promise<Conversation> {
  return withDatabase(async (sql) => {
    const tenant = await readTenant(sql, name);
    if (tenant === null) throw new Error(`there is no tenant "${name}"`);
    return (await readConversations(sql, [tenant.tenantId])).get(tenant.tenantId) ?? {};
  });
}

function lineOf({ language, key, text, own, segments, mostSegments }: ReturnType<typeof textsOf>[number]): string {
  const cost = mostSegments === null ? '-' : `${segments}/${mostSegments}`;
  return `${language}  ${key.padEnd(22)} ${cost.padEnd(4)} ${own ? 'own ' : ''}${text}`;
}
