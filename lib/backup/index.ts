/** Backups of a home: one file, made while everything runs, verified, and made into a home again. */
export { type Backup, type CreateBackupOptions, createBackup } from './create.ts';
export type { BackupManifest } from './format.ts';
export { type Restored, type RestoreOptions, restoreBackup } from './restore.ts';
export { type BackupOptions, verifyBackup } from './verify.ts';
