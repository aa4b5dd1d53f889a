import type { ApiDeps } from '../deps.ts';
import { examine } from '../doctor/examination.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { examinationSchema } from '../schemas/doctor.ts';

/** All that the work needs, looked at: for `reprice doctor`. It answers 200 also while Redis is away. */
export function doctorRoutes(deps: ApiDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/doctor',
      scope: 'admin',
      about: {
        id: 'getDoctor',
        tag: 'service',
        summary: 'Look at Redis, gateway, keys, workers, queue and budget, and say what to do',
        description:
          'Asks everything anew, which takes a second or more: for people who wonder what is wrong, not for probes, which `/readyz` is for. It answers also while Redis is away, and says then what it could not look at.',
        replies: {
          200: { description: 'What was found.', content: { 'application/json': examinationSchema } },
        },
      },
      async handle(req, res) {
        readQuery(req, {});
        res.setHeader('cache-control', 'no-store');
        const found = await examine(deps);
        res.json({ at: new Date(deps.clock()).toISOString(), ...found });
      },
    },
  ];
}
