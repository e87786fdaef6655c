import { ArtistError } from '../../lib/core/index.ts';
import { list, toggle } from '../flags/flags.ts';
import { isPicture, one, several } from '../print/models/inspected.ts';
import { command } from '../shell/command.ts';

export const inspectCommand = command({
  required: { files: list('Pictures, models, LoRAs, upscalers…', undefined, (file) => file) },
  flags: { hash: toggle('Models: also the SHA-256 of the tensors, as in recipes; reads the whole file') },
  examples: [
    ['$0 inspect fox.png', 'How a picture was made, here or by A1111, ComfyUI, InvokeAI…'],
    ['$0 inspect *.png', 'Several; an unreadable file does not stop the others'],
    ['$0 inspect style.safetensors', 'Kind and facts of a file, from its header alone'],
  ],
  run: async ({ files, hash }, context) => {
    const kinds = hash ? await Promise.all(files.map((file) => isPicture(file).catch(() => true))) : [];
    if (kinds.length > 0 && !kinds.includes(false))
      throw new ArtistError('ERR_INVALID_ARGUMENT', '--hash: expected a model file, got pictures alone. Without one it has no effect');
    const [only, ...more] = files;
    return only !== undefined && more.length === 0 ? one(only, hash, context) : several(files, hash, context);
  },
});
