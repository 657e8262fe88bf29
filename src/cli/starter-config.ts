import { settings } from './settings.ts';

/** What `init` was asked for: written as it is where it is not the default. */
interface ChosenSettings {
  readonly store: string;
  readonly stage: string;
}

/** What `init` writes: every setting with its default, commented out, so that the file says what there is and changes nothing. */
export function starterConfig(chosen: ChosenSettings): string {
  return `import { defineConfig } from 'alluvium';

// Everything is optional. What is commented out is the default; a flag and an environment variable win over what stands here.
export default defineConfig({
${Object.keys(settings)
  .map((name) => settingLines(name as keyof typeof settings, chosen))
  .join('\n')}
  /** Embedding functions of your own (\`embedWith\` of 'alluvium'), chosen with --provider when a collection is created. */
  // providers: [embedWith(async (texts) => myModel(texts), { name: 'mine', model: 'my-model', dimension: 768 })],
});
`;
}

function settingLines(name: keyof typeof settings, chosen: ChosenSettings): string {
  const { help, environment, defaultValue, ...more } = settings[name];
  const usual = 'defaultText' in more ? ` (${more.defaultText})` : '';
  const value = name === 'store' || name === 'stage' ? chosen[name] : defaultValue;
  const mark = value === defaultValue ? '// ' : '';
  return `  /** ${help[0]?.toUpperCase()}${help.slice(1)}${usual}; ${environment}. */\n  ${mark}${name}: ${JSON.stringify(value)},\n`;
}
