import type { ApiError } from '../api/client.ts';
import { t } from './text.ts';

/** Why a request failed, for a person. */
export const errorText = ({ code, message }: ApiError): string => (code === 'ERR_OFFLINE' ? t('error.offline') : message);
