import { sql, type RawBuilder } from "kysely";

/**
 * What finds the texts that have, for each word of `q`, a word which begins with it. A word is looked for as it is and as
 * PostgreSQL would take it apart, so that the beginning of a URL or of an e-mail address is found, too.
 */
export function toTextQuery(q: string): RawBuilder<unknown> {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const each = words.map((word) => {
    const beginning = `'${word.replaceAll(/['\\]/g, "$&$&")}':*`;
    return sql`(${beginning}::tsquery || to_tsquery('simple', ${beginning}))`;
  });
  return sql`(${sql.join(each, sql` && `)})`;
}
