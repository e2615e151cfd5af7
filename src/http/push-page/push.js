// The reference page: asks for permission, registers the service worker and subscribes. It stores nothing: an app gives the
// subscription to its own server, which PUTs it to dosebell as a contact of kind `webpush`.

const button = document.querySelector('button');
const status = document.querySelector('[role=status]');
const shown = document.querySelector('pre');

button.addEventListener('click', async () => {
  button.disabled = true;
  try {
    const subscription = await subscribe();
    status.textContent = 'Reminders will be shown here. This is the contact to store:';
    shown.textContent = JSON.stringify({ kind: 'webpush', value: JSON.stringify(subscription) }, null, 2);
  } catch (error) {
    status.textContent = error.message;
    button.disabled = false;
  }
});

// Where a browser has no background sync, an answer that could not be sent leaves with the next visit.
window.addEventListener('online', wake);
wake();

async function wake() {
  const registration = await navigator.serviceWorker?.getRegistration('/push/');
  registration?.active?.postMessage('online');
}

async function subscribe() {
  if (!('PushManager' in window))
    throw new Error('This browser cannot be pushed to. On an iPhone, add the page to the home screen first.');
  if ((await Notification.requestPermission()) !== 'granted')
    throw new Error('Without permission no reminder can be shown.');
  const answer = await fetch('key');
  if (!answer.ok) throw new Error('Web push is not set up here.');
  const { key } = await answer.json();
  await navigator.serviceWorker.register('sw.js', { scope: './' });
  const registration = await navigator.serviceWorker.ready;
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}
