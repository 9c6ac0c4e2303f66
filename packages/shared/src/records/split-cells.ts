/**
 * The cells of one record of CSV as RFC 4180 has it, without their quotes. Undefined where a quote is out of place: inside
 * a cell that does not start with one, or before text that follows the closing one.
 */
export function splitCells(record: string): string[] | undefined {
  if (!record.includes('"')) return record.split(",");
  const cells: string[] = [];
  for (let at = 0; at <= record.length;) {
    const end = record[at] === '"' ? findQuotedEnd(record, at) : findComma(record, at);
    if (end === undefined || (end < record.length && record[end] !== ",")) return undefined;
    const cell = unquote(record.slice(at, end));
    if (cell === undefined) return undefined;
    cells.push(cell);
    at = end + 1;
  }
  return cells;
}

function findComma(record: string, from: number): number {
  const comma = record.indexOf(",", from);
  return comma === -1 ? record.length : comma;
}

/** Just behind the quote that closes the cell opened at `opening`: the first one that is not one of a pair. */
function findQuotedEnd(record: string, opening: number): number | undefined {
  let at = record.indexOf('"', opening + 1);
  while (at !== -1 && record[at + 1] === '"') at = record.indexOf('"', at + 2);
  return at === -1 ? undefined : at + 1;
}

function unquote(cell: string): string | undefined {
  if (cell.startsWith('"')) return cell.slice(1, -1).replaceAll('""', '"');
  return cell.includes('"') ? undefined : cell;
}
