import { submitJob } from '../../api/jobs.ts';
import { whenSignedIn } from '../../api/session.ts';
import { hrefOf, navigate } from '../../navigate/router.ts';
import { tellError } from '../../parts/notices.tsx';

const pictures = 4;

/** Paints the recipe of a work with other seeds, and shows them in the studio. */
export function paintVariations(work: string): void {
  whenSignedIn(() => {
    submitJob({ work, options: { seed: -1, batchCount: pictures } }).then(({ id }) => navigate(hrefOf('studio', { job: id })), tellError);
  });
}
