// The figures as text. Pure.

const VERDICT = { true: "ok", false: "FAIL", null: "" };

/** Lines as judge.mjs gives them, below a title. */
export function table(title, lines) {
  const head = { figure: title, value: "", limit: "limit", verdict: "", control: "control" };
  const rows = [head, ...lines.map((line) => ({ ...line, verdict: VERDICT[line.ok] }))];
  const columns = ["figure", "value", "limit", "verdict", "control"];
  const widths = columns.map((column) => Math.max(...rows.map((row) => row[column].length)));
  const text = (row) => columns.map((column, i) => (column === "value" ? row[column].padStart(widths[i]) : row[column].padEnd(widths[i]))).join("  ");
  const [first, ...rest] = rows.map((row) => text(row).trimEnd());
  return [first, "─".repeat(Math.max(...rest.map(({ length }) => length))), ...rest].join("\n");
}
