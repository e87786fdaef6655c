/**
 * Painting in Electron's main process. In preload.js:
 *
 *     contextBridge.exposeInMainWorld('artist', {
 *       paint: (prompt) => ipcRenderer.invoke('paint', prompt),
 *       stop: () => ipcRenderer.send('stop'),
 *       onProgress: (listener) => ipcRenderer.on('progress', (_event, part) => listener(part)),
 *     });
 *
 * The addon uses Node-API, so it needs no rebuild for Electron. Packed applications must unpack it: electron-builder's `asarUnpack` with
 * `node_modules/ai-artist/**`.
 */
import { loadModel, type GenerateRun, type Model } from 'ai-artist';
import { app, ipcMain } from 'electron';

let loading: Promise<Model> | undefined;
let run: GenerateRun | undefined;

ipcMain.handle('paint', async ({ sender }, prompt: string): Promise<Uint8Array> => {
  loading ??= loadModel({ isolate: true });
  const model = await loading;
  run?.cancel();
  const mine = model.generate({
    prompt,
    onProgress: (event) => {
      if (event.type === 'sample' && !sender.isDestroyed()) sender.send('progress', event.step / event.steps);
    },
  });
  run = mine;
  const { images } = await mine;
  return images[0].toBuffer(); // in the window: URL.createObjectURL(new Blob([bytes], { type: 'image/png' }))
});

ipcMain.on('stop', () => run?.cancel());
app.on('will-quit', () => void loading?.then((model) => model.dispose()));
