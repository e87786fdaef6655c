import { scriptOf, shells } from '../../completion/scripts/scripts.ts';
import { choice } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';

export const completionCommand = command({
  required: { shell: choice('Shell', shells) },
  examples: [
    ['source <($0 completion bash)', 'In ~/.bashrc'],
    ['source <($0 completion zsh)', 'In ~/.zshrc, behind compinit'],
    ['$0 completion fish > ~/.config/fish/completions/ai-artist.fish', 'Once'],
    ['$0 completion powershell | Out-String | Invoke-Expression', 'In $PROFILE'],
  ],
  epilogue:
    'Tab then completes commands, options, their values, and what is in the home folder: styles, topics, LoRAs, models, works, jobs, posts. The script asks the program at each Tab, so it stays right after an update.',
  run: async ({ shell }) => ({ json: { shell, script: scriptOf(shell) }, text: [scriptOf(shell).trimEnd()] }),
});
