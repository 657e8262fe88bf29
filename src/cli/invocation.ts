import type { Command } from 'commander';
import { type AlluviumConfig, loadConfig } from '../config.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { type Page, pageOn } from './render/page.ts';
import { oneLine } from './render/text.ts';
import { resolveSetting, type SettingName, type SettingValue } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** The flags that every command has. */
export interface GlobalFlags {
  readonly store?: string;
  readonly stage?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** Runs a command that was parsed; gives its exit code. What a command needs beyond its flags is imported only then. */
export type Begin = (command: Command, task: (invocation: Invocation) => Promise<number>) => Promise<void>;

/** One run of a command: its settings, its store, and where it speaks. */
export class Invocation {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly config: AlluviumConfig;
  /** What workers load again; undefined where there is no configuration file. */
  readonly configPath: string | undefined;
  readonly #flags: GlobalFlags & Readonly<Record<string, unknown>>;

  private constructor(
    terminal: Terminal,
    signal: AbortSignal,
    flags: GlobalFlags,
    loaded: { config: AlluviumConfig; path: string | null },
  ) {
    this.terminal = terminal;
    this.signal = signal;
    this.config = loaded.config;
    this.configPath = loaded.path ?? undefined;
    this.#flags = { ...flags };
  }

  static async begin(terminal: Terminal, signal: AbortSignal, flags: GlobalFlags): Promise<Invocation> {
    return new Invocation(terminal, signal, flags, await loadConfig(flags.config, terminal.directory));
  }

  setting<Name extends SettingName>(name: Name): SettingValue<Name> {
    const { environment } = this.terminal;
    return resolveSetting(name, { flags: this.#flags, environment, config: this.config });
  }

  /** The store that the settings name. With `create`, it is made where there is none. */
  async openStore({ create = false } = {}): Promise<AlluviumStore> {
    const { openStore } = await import('../store/open-store.ts');
    return openStore(this.setting('store'), {
      stage: this.setting('stage'),
      create,
      onWarning: (message) => this.warn(message),
    });
  }

  /** The command's result: one JSON object, or a text for people. */
  print(result: object, render: (page: Page) => string): void {
    const { output } = this.terminal;
    output.write(this.#flags.json === true ? `${JSON.stringify(result)}\n` : render(pageOn(output)));
  }

  warn(message: string): void {
    const { messages } = this.terminal;
    messages.write(`${pageOn(messages).style('yellow', 'warning:')} ${oneLine(message)}\n`);
  }
}
