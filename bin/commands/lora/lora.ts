import { group } from '../../shell/command.ts';

export const loraCommand = group(
  [
    { usage: 'list', describe: 'List the LoRAs that can be used by name', load: async () => (await import('./list.ts')).listCommand },
    {
      usage: 'inspect <lora>',
      describe: 'Show what a LoRA is and what it was trained on',
      load: async () => (await import('./inspect.ts')).inspectLoraCommand,
    },
    {
      usage: 'merge <loras...>',
      describe: 'Merge several LoRAs into one file',
      load: async () => (await import('./merge.ts')).mergeCommand,
    },
    {
      usage: 'resize <lora>',
      describe: 'Write a LoRA with a lower rank',
      load: async () => (await import('./resize.ts')).resizeCommand,
    },
    {
      usage: 'convert <lora>',
      describe: 'Write a LoRA of Stable Diffusion 3 with the tensor names of another program',
      load: async () => (await import('./convert.ts')).convertLoraCommand,
    },
    {
      usage: 'remove <lora>',
      describe: 'Remove a LoRA from <home>/loras',
      load: async () => (await import('./remove.ts')).removeLoraCommand,
    },
    {
      usage: 'rename <lora> <name>',
      describe: 'Give a LoRA in <home>/loras another name',
      load: async () => (await import('./rename.ts')).renameLoraCommand,
    },
    {
      usage: 'extract-metadata <lora>',
      describe: 'Print the metadata of a LoRA as JSON',
      load: async () => (await import('./extract-metadata.ts')).extractMetadataCommand,
    },
  ],
  [
    ['$0 lora list', 'Those in <home>/loras'],
    ['$0 lora merge ink:0.7 kawaii:0.5 --name both', 'Names or paths, each with its weight'],
  ],
);
