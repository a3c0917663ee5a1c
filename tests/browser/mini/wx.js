// The `wx` object of a mini-program, as far as the client uses it. What WeChat knows is asked of the simulator; what
// goes to the product goes through the test, because a mini-program knows no origins.
const post = async (path, body, method = "POST") => {
  const answer = await fetch(path, { method, headers: { "content-type": "application/json" }, body: method === "GET" ? undefined : JSON.stringify(body) });
  return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => ({})), headers: answer.headers };
};

/** WeChat's own dialogs: a person answers them. */
function question(title, content, yes = "允许", no = "拒绝") {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-label", title);
    const text = document.createElement("p");
    text.textContent = `${title} ${content}`;
    const answer = (label, value) => {
      const button = document.createElement("button");
      button.textContent = label;
      button.onclick = () => {
        dialog.remove();
        resolve(value);
      };
      return button;
    };
    dialog.append(text, answer(no, false), answer(yes, true));
    document.documentElement.append(dialog);
    dialog.showModal();
  });
}

/** A function of `wx`: calls back, and is a promise when nobody wants to be called back. */
const calls = (name, work) => (options = {}) => {
  const { success, fail, complete } = options;
  const done = Promise.resolve()
    .then(() => work(options))
    .then(
      (result) => {
        const answer = { errMsg: `${name}:ok`, ...result };
        success?.(answer);
        complete?.(answer);
        return answer;
      },
      (error) => {
        const answer = { errMsg: `${name}:fail ${error.message ?? ""}`, ...error };
        fail?.(answer);
        complete?.(answer);
        if (!success && !fail && !complete) throw answer;
        return answer;
      },
    );
  if (success || fail || complete) return undefined;
  return done;
};

/** What happens on the phone's own screen, and is not looked at here. */
const SILENT = [
  "showToast", "hideToast", "showLoading", "hideLoading", "previewImage", "openLocation", "makePhoneCall", "vibrateShort",
  "setClipboardData", "pageScrollTo", "showNavigationBarLoading", "hideNavigationBarLoading", "startPullDownRefresh",
  "removeSavedFile", "preloadAssets", "checkSession", "setNavigationBarColor", "enableAlertBeforeUnload",
];

/** A photo as a camera would make it. */
function photo() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
  canvas.getContext("2d").fillRect(8, 8, 40, 20);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve({ tempFilePath: URL.createObjectURL(blob), size: blob.size, fileType: "image" }), "image/jpeg"));
}

const system = () => ({
  SDKVersion: "3.8.10", version: "8.0.56", platform: "android", system: "Android 12", brand: "devtools", model: "test", language: "zh_CN",
  pixelRatio: 1, windowWidth: innerWidth, windowHeight: innerHeight, screenWidth: innerWidth, screenHeight: innerHeight,
  statusBarHeight: 0, fontSizeSetting: 16, safeArea: { top: 0, left: 0, right: innerWidth, bottom: innerHeight, width: innerWidth, height: innerHeight },
  safeAreaInsets: { top: 0, left: 0, right: 0, bottom: 0 }, deviceOrientation: "portrait", theme: "light",
});

/** The page asks for the privacy agreement; WeChat believes a yes only from the button of that name that was pressed. */
async function askedByThePage(listener) {
  const { event, buttonId } = await new Promise((resolve) => listener(resolve, { referrer: "requirePrivacyAuthorize" }));
  return event === "agree" && window.agreedBy === buttonId;
}

export function makeWx({ open, back, launch }) {
  const person = "/_sim/person";
  const stored = new Map();
  const plain = {
    getSystemInfoSync: system, getWindowInfo: system, getDeviceInfo: system, getAppBaseInfo: system, getSystemSetting: system,
    getLaunchOptionsSync: () => launch, getEnterOptionsSync: () => launch, canIUse: () => true,
    getAccountInfoSync: () => ({ miniProgram: { appId: "wxtest", envVersion: "develop" } }),
    getMenuButtonBoundingClientRect: () => ({ top: 0, left: innerWidth - 90, right: innerWidth, bottom: 32, width: 87, height: 32 }),
    getStorageSync: (key) => stored.get(key) ?? "", setStorageSync: (key, value) => void stored.set(key, value),
    removeStorageSync: (key) => void stored.delete(key), getStorageInfoSync: () => ({ keys: [...stored.keys()] }),
    stopPullDownRefresh() {}, setNavigationBarTitle() {}, nextTick: (work) => queueMicrotask(work),
  };
  const asked = {
    login: async () => ({ code: (await post(`${person}/js_code`, {})).body.js_code }),
    request: async ({ url, method = "GET", data, header = {} }) => {
      const body = method === "GET" || data === undefined ? undefined : typeof data === "string" ? data : JSON.stringify(data);
      const answer = await fetch(url, { method, headers: { "content-type": "application/json", ...header }, body });
      const text = await answer.text();
      let given = text;
      try {
        given = JSON.parse(text);
      } catch {
        // Not every answer has a body.
      }
      return { statusCode: answer.status, data: given, header: Object.fromEntries(answer.headers) };
    },
    requestSubscribeMessage: async ({ tmplIds }) => {
      const first = await post(`${person}/subscribe`, { tmplIds });
      if (!first.ok) throw first.body;
      if (!first.body.ask) return first.body;
      const yes = await question("想向您发送消息", first.body.ask.map(({ title }) => title).join("、"));
      return (await post(`${person}/subscribe`, { tmplIds, accept: yes ? tmplIds : [] })).body;
    },
    getPrivacySetting: async () => (await post(`${person}/privacy`, null, "GET")).body,
    requirePrivacyAuthorize: async () => {
      const { body } = await post(`${person}/privacy`, null, "GET");
      if (!body.needAuthorization) return {};
      const agreed = wx.needsPrivacy
        ? await askedByThePage(wx.needsPrivacy)
        : await question(body.privacyContractName, "", "同意", "拒绝");
      const answer = await post(`${person}/privacy`, { agreed }, "PUT");
      if (!answer.ok) throw answer.body;
      return {};
    },
    getNetworkType: async () => ({ networkType: navigator.onLine ? "wifi" : "none" }),
    getSetting: async () => ({ authSetting: {}, subscriptionsSetting: { mainSwitch: true, itemSettings: {} } }),
    showModal: async ({ title = "", content = "", confirmText = "确定", cancelText = "取消" }) => {
      const confirm = await question(title, content, confirmText, cancelText);
      return { confirm, cancel: !confirm };
    },
    chooseMedia: async () => ({ tempFiles: [await photo()], type: "image" }),
    chooseImage: async () => {
      const taken = await photo();
      return { tempFilePaths: [taken.tempFilePath], tempFiles: [{ path: taken.tempFilePath, size: taken.size }] };
    },
    saveFile: async ({ tempFilePath }) => ({ savedFilePath: tempFilePath }),
    getSavedFileList: async () => ({ fileList: [] }),
    uploadFile: async ({ url, filePath, name, header = {}, formData = {} }) => {
      const form = new FormData();
      for (const [key, value] of Object.entries(formData)) form.append(key, value);
      form.append(name, await (await fetch(filePath)).blob(), "photo.jpg");
      const answer = await fetch(url, { method: "POST", headers: header, body: form });
      return { statusCode: answer.status, data: await answer.text() };
    },
    // What the camera sees is what the test has put before it.
    scanCode: async () => ({ result: window.beforeCamera ?? "", scanType: "QR_CODE" }),
    showActionSheet: async () => ({ tapIndex: 0 }),
    setStorage: async ({ key, data }) => void stored.set(key, data),
    getStorage: async ({ key }) => ({ data: stored.get(key) }),
    navigateTo: async ({ url }) => open(url), redirectTo: async ({ url }) => open(url, true),
    reLaunch: async ({ url }) => open(url, true), switchTab: async ({ url }) => open(url, true), navigateBack: async () => back(),
  };
  const listeners = ["NetworkStatusChange", "AppShow", "AppHide", "NeedPrivacyAuthorization", "Error", "UnhandledRejection", "PageNotFound", "ThemeChange", "WindowResize", "KeyboardHeightChange", "MemoryWarning"];
  const heard = Object.fromEntries(listeners.flatMap((name) => [[`on${name}`, () => undefined], [`off${name}`, () => undefined]]));
  const wx = { ...plain, ...heard };
  for (const name of SILENT) wx[name] = calls(name, async () => ({}));
  for (const [name, work] of Object.entries(asked)) wx[name] = calls(name, work);
  addEventListener("online", () => wx.networkChanged?.({ isConnected: true, networkType: "wifi" }));
  addEventListener("offline", () => wx.networkChanged?.({ isConnected: false, networkType: "none" }));
  wx.onNeedPrivacyAuthorization = (listener) => {
    wx.needsPrivacy = listener;
  };
  wx.onNetworkStatusChange = (listener) => {
    wx.networkChanged = listener;
  };
  return wx;
}
