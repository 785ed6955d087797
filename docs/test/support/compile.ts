import { dirname, join } from 'node:path';
import ts from 'typescript';
import { repository } from './pages.js';

const folder = join(repository, 'docs/test');
const configFile = join(repository, 'tsconfig.base.json');

/** What a compilation is told besides its sources. */
export interface CompileOptions {
  /** Overrides of the options of this repository, which are strict. */
  readonly compilerOptions?: ts.CompilerOptions;
  /** Files beside the sources, relative to `docs/test`. */
  readonly ambient?: readonly string[];
}

/**
 * Type-checks sources as if they were files of this package, with the compiler options of this repository.
 *
 * @param sources code by name; names appear in the messages.
 * @returns what the compiler has to say, one line each; empty when all is well.
 */
export function compile(
  sources: ReadonlyMap<string, string>,
  options: CompileOptions = {},
): readonly string[] {
  const files = new Map<string, string>();
  const names = new Map<string, string>();
  for (const [name, code] of sources) {
    const file = join(folder, `${name.replaceAll(/[^\w-]/g, '_')}.virtual.ts`);
    files.set(file, code);
    names.set(file, name);
  }
  const compilerOptions = { ...readCompilerOptions(), ...options.compilerOptions };
  const host = ts.createCompilerHost(compilerOptions);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (file) => files.get(file) ?? readFile(file);
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.getSourceFile = (file, language, ...rest) => {
    const code = files.get(file);
    return code === undefined
      ? getSourceFile(file, language, ...rest)
      : ts.createSourceFile(file, code, language);
  };

  const ambient = (options.ambient ?? []).map((file) => join(folder, file));
  const program = ts.createProgram([...files.keys(), ...ambient], compilerOptions, host);
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => describeDiagnostic(diagnostic, names));
}

function readCompilerOptions(): ts.CompilerOptions {
  const { config, error } = ts.readConfigFile(configFile, ts.sys.readFile);
  if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(configFile)).options;
}

function describeDiagnostic(
  { file, start = 0, messageText }: ts.Diagnostic,
  names: ReadonlyMap<string, string>,
): string {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined) return message;
  const line = file.getLineAndCharacterOfPosition(start).line + 1;
  return `${names.get(file.fileName) ?? file.fileName}, line ${line}: ${message}`;
}
