export function compiled(file: string, source: string): string;
export function compileFolders(folders: readonly string[]): Promise<void>;
