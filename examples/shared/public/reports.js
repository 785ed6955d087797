import { change, get } from './api.js';
import { act, byId, create, onSubmit } from './dom.js';

let lastAsked = 0;
let shown = [];
/** What the server said by itself since the page last asked for all. */
let news = [];

/** Makes the form for a new report work, and the buttons that approve one. */
export function setUpReports(onProblem) {
  const form = byId('report-form');
  onSubmit(
    form,
    async ({ title }) => {
      await change('POST', '/api/reports', { title });
      form.reset();
      await showReports();
    },
    onProblem,
  );
  byId('reports').addEventListener('click', ({ target }) => {
    const { reportId } = target.dataset;
    if (reportId === undefined) return;
    act(
      target,
      byId('reports-problem'),
      async () => {
        await change('POST', `/api/reports/${reportId}/approve`);
        await showReports();
      },
      onProblem,
    );
  });
}

/** Shows the reports that the user may see. */
export async function showReports() {
  const asked = ++lastAsked;
  news = [];
  const { reports } = await get('/api/reports');
  // Who asks later may be answered first, and who has left is shown nothing.
  if (asked !== lastAsked) return;
  show(news.reduce(put, reports));
}

/** Shows one that is new, or has changed. */
export function tellReport(report) {
  news.push(report);
  show(put(shown, report));
}

/** Leaves none of them on the page, and none that is on its way. */
export function forgetReports() {
  lastAsked++;
  show([]);
}

function put(reports, report) {
  const isKnown = reports.some(({ id }) => id === report.id);
  return isKnown ? reports.map((known) => (known.id === report.id ? report : known)) : [report, ...reports];
}

function show(reports) {
  shown = reports;
  const list = byId('reports');
  const focused = list.querySelector('button:focus')?.dataset.reportId;
  list.replaceChildren(
    ...(reports.length === 0
      ? [create('li', { className: 'hint' }, 'Nothing yet.')]
      : reports.map(createItem)),
  );
  // News come by themselves: whoever is at a button stays there.
  if (focused !== undefined) list.querySelector(`[data-report-id="${focused}"]`)?.focus();
}

function createItem({ id, title, authorRole, isApproved, isApprovable }) {
  const text = create('span', {}, title, create('span', { className: 'hint' }, `by ${authorRole}`));
  if (isApproved) return create('li', {}, text, create('span', { className: 'badge good' }, 'approved'));
  if (!isApprovable) return create('li', {}, text, create('span', { className: 'badge' }, 'open'));
  const button = create('button', { type: 'button' }, 'Approve');
  button.dataset.reportId = id;
  button.ariaLabel = `Approve: ${title}`;
  return create('li', {}, text, button);
}
