/** @import { ProblemBody } from './shapes.d.ts' */
import { ApiProblem, asProblem } from './api.js';

/** How the fields of the form are called that tell of columns and currency. */
const columns = '“Columns of a CSV that have other names”';
const currency = '“Currency, where a line has none”';

/**
 * What was wrong with a submission, in the words of the form: the API names its query parameters, which nobody sees here.
 *
 * @param {unknown} error
 * @returns {unknown} the same, where it tells nothing of them
 */
export function formProblem(error) {
  const { errors = [], ...problem } = asProblem(error);
  if (!problem.type.endsWith('/csv-header')) return error;
  const places = errors.map((place) => ({ ...place, detail: formWords(place.detail) }));
  return new ApiProblem({ ...problem, detail: formWords(problem.detail), errors: places });
}

/** @param {ProblemBody['detail']} detail */
function formWords(detail) {
  return detail
    .replaceAll(
      /to use it, send \?map=(\w+)=(.+?)(?=, or \?currency|\.(?: There is no column|$))/g,
      (_, field, column) => {
        return `to use it, write ${field}=${/[",]/.test(column) ? `"${column.replaceAll('"', '""')}"` : column} into ${columns}`;
      },
    )
    .replaceAll(/Name the right one with \?map=(\w+)=<column>/g, `Write $1=COLUMN with the right one into ${columns}`)
    .replaceAll('or ?currency=USD if all rows share one', `or fill in ${currency} if all rows share one`);
}
