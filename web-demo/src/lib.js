// The one place that knows where the view library lives.
export {
  html,
  render,
  useState,
  useEffect,
  useLayoutEffect,
  useRef,
  useMemo,
  useCallback,
} from '../vendor/htm-preact-3.1.1/standalone.module.js';
