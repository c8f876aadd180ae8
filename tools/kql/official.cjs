// Microsoft's own language service reads queries: what it objects to, and which columns they give.
// In: {"package": folder, "tables": {table: {column: type}}, "queries": {name: text}}. Out: {name: {problems, columns}}.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const asked = JSON.parse(readFileSync(0, "utf8"));
require(join(asked.package, "bridge.min.js"));
require(join(asked.package, "Kusto.Language.Bridge.min.js"));
const { GlobalState, KustoCode, Symbols } = globalThis.Kusto.Language;

const tables = Object.entries(asked.tables).map(([name, columns]) => {
  const shape = Object.entries(columns).map(([column, type]) => `${column}: ${type}`).join(", ");
  return Symbols.TableSymbol.From(`(${shape})`).WithName(name);
});
// The package numbers the constructors that its source overloads: this one takes a name and an array of members.
const workspace = new Symbols.DatabaseSymbol.$ctor1("workspace", tables);
const globals = GlobalState.Default.WithDatabase(workspace);

const list = (found) => Array.from({ length: found.Count }, (_, index) => found.getItem(index));
const judge = (text) => {
  const code = KustoCode.ParseAndAnalyze(text, globals);
  const problems = list(code.GetDiagnostics()).map((each) => {
    const line = text.slice(0, each.Start).split("\n").length;
    return `${each.Severity}, line ${line}: ${each.Message}`;
  });
  const columns = code.ResultType?.Columns ? list(code.ResultType.Columns) : [];
  return { problems, columns: Object.fromEntries(columns.map((each) => [each.Name, each.Type.Name])) };
};
const found = Object.entries(asked.queries).map(([name, text]) => [name, judge(text)]);
process.stdout.write(JSON.stringify(Object.fromEntries(found)));
