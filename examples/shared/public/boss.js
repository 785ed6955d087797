import { get, isProblem } from './api.js';
import { byId, create, say } from './dom.js';
import { inWords } from './words.js';

const money = new Intl.NumberFormat(undefined, {
  style: 'currency',
  currency: 'EUR',
  maximumFractionDigits: 0,
});

get('/api/payroll').then(
  ({ payroll }) =>
    byId('payroll').replaceChildren(
      ...payroll.map(({ position, salary }) =>
        create(
          'tr',
          {},
          create('td', {}, position),
          create('td', { className: 'number' }, money.format(salary)),
        ),
      ),
    ),
  (problem) => {
    if (!isProblem(problem)) throw problem;
    if (problem.status === 401) location.assign('/');
    else say(byId('payroll-problem'), inWords(problem));
  },
);
