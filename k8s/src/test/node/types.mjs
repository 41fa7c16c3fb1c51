// Holds resources against the types that their makers publish. Reads a JSON array of resources, prints a JSON array with
// a list of complaints for each: a field that the type does not know, one of another kind, one that is missing.
//
// TypeScript refuses what a literal has and its type has not, at every depth; the JSON schemas of most resource
// definitions let it pass, and the cluster drops it in silence.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../..');
const PUBLISHED = join(ROOT, 'node_modules/@kubernetes-models');
const SOURCE = join(ROOT, 'resources.ts');
const OPTIONS = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

/** The module that declares a resource's type, for example `@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject`. */
function declaring({ apiVersion, kind }) {
  const found = readdirSync(PUBLISHED).find(name => existsSync(join(PUBLISHED, name, apiVersion, `${kind}.d.ts`)));
  return found && `@kubernetes-models/${found}/${apiVersion}/${kind}`;
}

const resources = JSON.parse(readFileSync(0, 'utf8'));
const lines = resources.flatMap((resource, i) => {
  const module = declaring(resource);
  if (!module) return [`export const unknown${i}: never = 'no type is published for ${resource.apiVersion} ${resource.kind}';`];
  return [
    `import type { I${resource.kind} as T${i} } from '${module}';`,
    `export const r${i}: T${i} = ${JSON.stringify(resource)};`,
  ];
});
// Each resource is one or two lines; which line belongs to which tells the complaint's resource.
const owners = resources.flatMap((resource, i) => (declaring(resource) ? [i, i] : [i]));

const host = ts.createCompilerHost(OPTIONS);
const read = host.getSourceFile;
host.getSourceFile = (name, ...rest) =>
  name === SOURCE ? ts.createSourceFile(name, lines.join('\n'), ts.ScriptTarget.ES2022) : read(name, ...rest);
host.fileExists = (exists => name => name === SOURCE || exists(name))(host.fileExists);

const complaints = resources.map(() => []);
for (const found of ts.getPreEmitDiagnostics(ts.createProgram([SOURCE], OPTIONS, host))) {
  const text = ts.flattenDiagnosticMessageText(found.messageText, ' ');
  if (found.file?.fileName !== SOURCE) throw new Error(text);
  const { line, character } = found.file.getLineAndCharacterOfPosition(found.start);
  const near = lines[line].slice(character, character + 60);
  complaints[owners[line]].push(`${text.slice(0, 300)} (at ${near})`);
}
process.stdout.write(JSON.stringify(complaints));
