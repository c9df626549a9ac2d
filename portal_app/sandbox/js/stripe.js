// A stand-in for Stripe.js with the calls of docs.stripe.com/js that @stripe/react-stripe-js makes.
// Fields live in a frame of the sandbox's own, so that no input of the page holds a card number.
(() => {
  const BASE = new URL("..", document.currentScript.src).href.replace(/\/$/, "");
  const KEY = /^pk_test_sandbox/;
  const LOST = {
    type: "api_connection_error",
    message: "The connection was lost. Please check it and try again.",
  };

  // What an answer of the API is to a caller of Stripe.js: the object, or an error that names it.
  async function call(key, method, path, params) {
    const body = new URLSearchParams(params);
    const address = `${BASE}/v1/${path}${method === "GET" ? `?${body}` : ""}`;
    const headers = { Authorization: `Bearer ${key}` };
    try {
      const reply = await fetch(address, method === "GET" ? { headers } : { method, headers, body });
      return await reply.json();
    } catch {
      return { error: LOST };
    }
  }

  const KINDS = {
    setup_intent: { path: "setup_intents", result: "setupIntent", done: ["succeeded", "processing"] },
    payment_intent: {
      path: "payment_intents",
      result: "paymentIntent",
      done: ["succeeded", "processing", "requires_capture"],
    },
  };
  const idOf = (secret) => String(secret).split("_secret_")[0];

  class Element {
    constructor(group, options) {
      Object.assign(this, { group, options, heard: {}, port: null, calls: new Map(), count: 0 });
    }

    on(name, handler) {
      (this.heard[name] ??= new Set()).add(handler);
      return this;
    }

    once(name, handler) {
      const first = (event) => {
        this.off(name, first);
        handler(event);
      };
      return this.on(name, first);
    }

    off(name, handler) {
      handler ? this.heard[name]?.delete(handler) : delete this.heard[name];
      return this;
    }

    emit(name, event) {
      for (const handler of this.heard[name] ?? []) handler(event);
    }

    mount(target) {
      const place = typeof target === "string" ? document.querySelector(target) : target;
      this.frame = document.createElement("iframe");
      this.frame.src = `${BASE}/js/frame.html`;
      this.frame.title = "Secure payment input frame";
      Object.assign(this.frame.style, {
        ...{ display: "block", border: "0", height: "0" },
        ...{ width: "calc(100% + 8px)", margin: "-4px" },
      });
      this.frame.addEventListener("load", () => this.#connect());
      place.replaceChildren(this.frame);
    }

    #connect() {
      const { port1, port2 } = new MessageChannel();
      this.port = port1;
      port1.onmessage = ({ data }) => this.#hear(data);
      this.frame.contentWindow.postMessage({ begin: this.settings() }, location.origin, [port2]);
    }

    settings() {
      const { appearance = {}, kinds } = this.group;
      return { appearance, kinds, base: BASE, key: this.group.key, terms: this.options.terms };
    }

    #hear({ name, event, answer }) {
      if (answer) this.calls.get(answer.id)?.(answer);
      else if (name === "resize") this.frame.style.height = `${event.height}px`;
      else {
        if (name === "change") this.last = event;
        this.emit(name, event);
      }
    }

    ask(what, details) {
      if (!this.port) return Promise.resolve({ error: LOST });
      const id = ++this.count;
      this.port.postMessage({ ask: what, id, details });
      return new Promise((resolve) => this.calls.set(id, resolve));
    }

    update(options) {
      Object.assign(this.options, options);
      this.port?.postMessage({ settings: this.settings() });
    }

    focus() {
      this.port?.postMessage({ focus: true });
    }

    blur() {
      this.frame?.blur();
    }

    clear() {
      this.port?.postMessage({ clear: true });
    }

    collapse() {}

    unmount() {
      this.frame?.remove();
      this.port?.close();
      this.port = null;
    }

    destroy() {
      this.unmount();
      this.heard = {};
      this.group.made = null;
    }
  }

  class Elements {
    constructor(key, options = {}) {
      Object.assign(this, { key, ...options, made: null });
      // Stripe shows what the intent allows; ours all allow these.
      this.kinds = options.paymentMethodTypes ?? ["card", "sepa_debit"];
    }

    create(type, options = {}) {
      if (!["payment", "card"].includes(type)) throw new Error(`The sandbox has no ${type} element.`);
      if (this.made) throw new Error(`Can only create one Element of type ${type}.`);
      if (type === "card") this.kinds = ["card"];
      this.made = new Element(this, options);
      return this.made;
    }

    getElement() {
      return this.made;
    }

    update(options) {
      Object.assign(this, options);
      this.made?.update({});
    }

    fetchUpdates() {
      return Promise.resolve({});
    }

    async submit() {
      const { error, kind } = await this.made.ask("validate");
      return error ? { error } : { selectedPaymentMethod: kind };
    }
  }

  // The bank's page in front of ours. Closing it is refusing, as it is with Stripe.
  function challenge(page, returnUrl) {
    const box = document.createElement("dialog");
    const frame = document.createElement("iframe");
    const close = document.createElement("button");
    box.setAttribute("aria-label", "3D Secure");
    frame.title = "Your bank's page";
    frame.src = `${page}&offer=${encodeURIComponent(returnUrl)}`;
    close.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", "Close");
    Object.assign(box.style, {
      ...{ border: "0", padding: "0", borderRadius: "16px", overflow: "hidden", margin: "auto" },
      ...{ width: "min(420px, calc(100vw - 32px))", height: "min(440px, calc(100vh - 32px))" },
      boxShadow: "0 24px 64px rgb(0 0 0 / 40%), 0 0 0 1px rgb(128 128 136 / 40%)",
    });
    Object.assign(frame.style, { border: "0", width: "100%", height: "100%", display: "block" });
    Object.assign(close.style, {
      ...{ position: "absolute", top: "8px", right: "8px", width: "36px", height: "36px" },
      ...{ border: "0", borderRadius: "8px", background: "transparent", color: "#77777d" },
      ...{ font: "22px/1 system-ui, sans-serif", cursor: "pointer" },
    });
    box.append(frame, close);
    document.body.append(box);
    box.showModal();
    return new Promise((resolve) => {
      const end = (answered) => {
        removeEventListener("message", hear);
        box.remove();
        resolve(answered);
      };
      const hear = ({ source, origin, data }) => {
        const ours = source === frame.contentWindow && origin === location.origin;
        if (ours && data === "sandbox:authenticated") end(true);
        if (ours && data === "sandbox:closed") end(false);
      };
      addEventListener("message", hear);
      close.addEventListener("click", () => end(false));
      box.addEventListener("cancel", () => end(false));
    });
  }

  class Stripe {
    constructor(key) {
      this.key = key;
    }

    elements(options = {}) {
      return new Elements(this.key, options);
    }

    registerAppInfo() {}
    _registerWrapper() {}

    async createToken() {
      throw new Error("The sandbox makes payment methods, no tokens.");
    }

    async createPaymentMethod({ elements, element = elements?.made, params = {} }) {
      const answer = await element.ask("create", params);
      return answer.error ? { error: answer.error } : { paymentMethod: answer.method };
    }

    confirmSetup = (options) => this.#confirm("setup_intent", options);
    confirmPayment = (options) => this.#confirm("payment_intent", options);
    confirmCardSetup = (secret, data) => this.#confirmCard("setup_intent", secret, data);
    confirmCardPayment = (secret, data) => this.#confirmCard("payment_intent", secret, data);
    retrieveSetupIntent = (secret) => this.#retrieve("setup_intent", secret);
    retrievePaymentIntent = (secret) => this.#retrieve("payment_intent", secret);

    async handleNextAction({ clientSecret }) {
      const kind = clientSecret.startsWith("seti_") ? "setup_intent" : "payment_intent";
      const found = await this.#retrieve(kind, clientSecret);
      const intent = found[KINDS[kind].result];
      return intent?.next_action ? this.#act(kind, intent, location.href) : found;
    }

    async #retrieve(kind, secret) {
      const path = `${KINDS[kind].path}/${idOf(secret)}`;
      return this.#result(kind, await call(this.key, "GET", path, { client_secret: secret }));
    }

    #result(kind, answer) {
      return answer.error ? { error: answer.error } : { [KINDS[kind].result]: answer };
    }

    // A method of ours by name, or what stands in the element.
    async #confirmCard(kind, secret, { payment_method: method } = {}) {
      const given = typeof method === "object" ? { elements: method.card.group } : { method };
      return this.#confirm(kind, { ...given, clientSecret: secret, redirect: "if_required" });
    }

    async #confirm(kind, { elements, method, clientSecret, confirmParams = {}, redirect }) {
      const secret = clientSecret ?? elements.clientSecret;
      const always = redirect !== "if_required";
      const returnUrl = confirmParams.return_url ?? location.href;
      const params = { client_secret: secret };
      if (always) params.return_url = returnUrl;
      if (method || confirmParams.payment_method)
        params.payment_method = method ?? confirmParams.payment_method;
      else if (elements) {
        const details = confirmParams.payment_method_data ?? {};
        const made = await this.createPaymentMethod({ elements, params: details });
        if (made.error) return made;
        params.payment_method = made.paymentMethod.id;
      }
      const path = `${KINDS[kind].path}/${idOf(secret)}/confirm`;
      const answer = await call(this.key, "POST", path, params);
      if (answer.error) return { error: answer.error };
      if (answer.status === "requires_action") return this.#act(kind, answer, returnUrl);
      return always ? this.#leave(kind, answer, returnUrl) : this.#result(kind, answer);
    }

    #leave(kind, intent, returnUrl) {
      const target = new URL(returnUrl);
      target.searchParams.set(kind, intent.id);
      target.searchParams.set(`${kind}_client_secret`, intent.client_secret);
      target.searchParams.set("redirect_status", "succeeded");
      location.assign(target);
      return new Promise(() => {});
    }

    async #act(kind, intent, returnUrl) {
      const action = intent.next_action;
      if (action.redirect_to_url) {
        location.assign(action.redirect_to_url.url);
        return new Promise(() => {});
      }
      const page = action.use_stripe_sdk.stripe_js;
      if (!(await challenge(page, returnUrl))) await this.#refuse(page);
      const found = await this.#retrieve(kind, intent.client_secret);
      const after = found[KINDS[kind].result];
      if (!after || KINDS[kind].done.includes(after.status)) return found;
      // Still waiting: the bank heard nothing.
      if (after.next_action) return { error: LOST };
      return { error: { ...(after.last_setup_error ?? after.last_payment_error), [kind]: after } };
    }

    async #refuse(page) {
      const body = new URLSearchParams({ outcome: "fail" });
      await fetch(page, { method: "POST", body }).catch(() => null);
    }
  }

  const make = (key) => {
    if (!KEY.test(key)) throw new Error("This is the sandbox's stand-in; it takes no real key.");
    return new Stripe(key);
  };
  make.version = "endive";
  globalThis.Stripe = make;
})();
