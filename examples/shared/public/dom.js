import { isProblem } from './api.js';
import { inWords } from './words.js';

/** The element with that id. */
export function byId(id) {
  return document.getElementById(id);
}

/** A new element. Children are elements or text, and text stays text: nothing from the server becomes markup. */
export function create(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** An instant in the reader's own words. */
export function createTime(iso) {
  const text = new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return create('time', { dateTime: iso }, text);
}

/** Shows `text` in a message element, or hides the element for `null`. */
export function say(element, text) {
  element.textContent = text ?? '';
  element.hidden = text === null;
}

/**
 * Runs what a button or form is for: one at a time, with what went wrong beside it.
 *
 * @param onProblem is asked first, and answers whether it has dealt with the problem.
 */
export async function act(button, message, work, onProblem = () => false) {
  button.disabled = true;
  say(message, null);
  try {
    await work();
  } catch (problem) {
    if (!isProblem(problem)) throw problem;
    if (!onProblem(problem)) say(message, inWords(problem));
  } finally {
    button.disabled = false;
  }
}

/** Does the same for a form: its submit button, its message, and its values by name. */
export function onSubmit(form, work, onProblem) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const message = form.querySelector('.problem') ?? byId(form.dataset.message);
    const button = form.querySelector('button[type=submit]');
    act(button, message, () => work(Object.fromEntries(new FormData(form))), onProblem);
  });
}
