// GitHub's own language service reads workflows: what it objects to.
// In: {"package": folder, "files": {name: text}}. Out: {name: [sentence]}.
import { readFileSync } from "node:fs";
import { createRequire, register } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const asked = JSON.parse(readFileSync(0, "utf8"));
// The package imports its JSON files as a bundler would have it; Node wants to be told what they are.
const hook = `export const load = (url, context, next) =>
  next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { validate } = await import(pathToFileURL(join(asked.package, "dist", "index.js")));
const { TextDocument } = createRequire(join(asked.package, "package.json"))("vscode-languageserver-textdocument");

// What one workflow calls of the others, by its path in the repository.
const fileProvider = {
  getFileContent: async ({ path }) => {
    const name = path.split("/").at(-1);
    if (!(name in asked.files)) throw new Error(`there is no ${path}`);
    return { name: path, content: asked.files[name] };
  },
};
const judge = async (name, text) => {
  const document = TextDocument.create(`file:///.github/workflows/${name}`, "yaml", 1, text);
  const found = await validate(document, { fileProvider });
  return found.map((each) => `line ${each.range.start.line + 1}: ${each.message}`);
};
const found = {};
for (const [name, text] of Object.entries(asked.files)) found[name] = await judge(name, text);
process.stdout.write(JSON.stringify(found));
