// The sound of a reminder: two soft notes, made here, so that there is no file to load.
let context = null;

/** Browsers let a page make sounds only after its user has touched it. */
export function unlockSoundOnGesture() {
  const unlock = () => {
    context ??= new AudioContext();
    context.resume();
  };
  for (const gesture of ['pointerdown', 'keydown']) addEventListener(gesture, unlock, { once: true, capture: true });
}

function note(frequency, start, length) {
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.type = 'sine';
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.18, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + length);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + length);
}

export function chime() {
  try {
    context ??= new AudioContext();
    const now = context.currentTime;
    note(659.25, now, 1.2);
    note(987.77, now + 0.22, 1.6);
    document.documentElement.dataset.lastChime = String(Date.now());
  } catch {
    // No sound device: the card on the screen says the same.
  }
}
