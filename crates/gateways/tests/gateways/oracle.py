"""Signs what it is asked to with the platforms' own packages: a JSON object a line in, a line of text out."""

import base64
import hashlib
import hmac
import json
import sys
from types import SimpleNamespace

from alibabacloud_tea_openapi.utils import Utils
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from dingtalkchatbot.chatbot import DingtalkChatbot
from tencentcloud.common.abstract_client import AbstractClient
from wechatpy.client.api.jsapi import WeChatJSAPI
from wechatpy.crypto import WeChatCrypto, WeChatWxaCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as EnterpriseCrypto
from wechatpy.utils import WeChatSigner


def tencent(case):
    headers = {
        "Content-Type": case["content_type"],
        "Host": case["host"],
        "X-TC-Timestamp": str(case["timestamp"]),
    }
    request = SimpleNamespace(uri=case["path"], data=case["body"], method="POST", header=headers)
    client = AbstractClient.__new__(AbstractClient)
    return client._get_tc3_signature(None, request, case["date"], case["service"], case["key_secret"])


def aliyun(case):
    request = SimpleNamespace(
        method="POST", pathname=case["path"], query=case["query"], headers=case["headers"]
    )
    body = hashlib.sha256(b"").hexdigest()
    return Utils.get_authorization(request, "ACS3-HMAC-SHA256", body, case["key_id"], case["key_secret"])


def robot(case):
    import dingtalkchatbot.chatbot as package

    package.time = SimpleNamespace(time=lambda: case["timestamp_ms"] / 1000)
    bot = DingtalkChatbot("https://oapi.dingtalk.com/robot/send?access_token=T", secret=case["secret"])
    return bot.webhook.split("&sign=")[1]


def page(case):
    api = WeChatJSAPI.__new__(WeChatJSAPI)
    return api.get_jsapi_signature(case["nonce"], case["ticket"], case["timestamp"], case["url"])


def sealed(case, kind=WeChatCrypto):
    """A push as WeChat seals it, with random bytes of the package's own, and its signature."""
    crypto = kind(case["token"], case["key"], case["owner"])
    text = crypto.encrypt_message(case["plain"], case["nonce"], case["timestamp"])
    start = text.index("<Encrypt><![CDATA[") + len("<Encrypt><![CDATA[")
    encrypted = text[start : text.index("]]>", start)]
    signer = WeChatSigner()
    signer.add_data(case["token"], case["timestamp"], case["nonce"], encrypted)
    return encrypted + " " + signer.signature


def wecom(case):
    """As WeCom seals a callback; the package itself opens it as the `echostr` of an address that is verified."""
    answer = sealed(case, EnterpriseCrypto)
    encrypted, signature = answer.split(" ")
    crypto = EnterpriseCrypto(case["token"], case["key"], case["owner"])
    opened = crypto.check_signature(signature, case["timestamp"], case["nonce"], encrypted)
    assert opened == case["plain"], case
    return answer


def session_data(case):
    """Data as WeChat encrypts it with a session key, by `cryptography`; wechatpy itself opens it."""
    key, start = (base64.b64decode(case[name]) for name in ("session_key", "iv"))
    filler = padding.PKCS7(128).padder()
    plain = filler.update(case["plain"].encode()) + filler.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    encrypted = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
    opened = WeChatWxaCrypto(case["session_key"], case["iv"], case["appid"]).decrypt_message(encrypted)
    assert opened == json.loads(case["plain"]), case
    return encrypted


def session(case):
    """The two signatures with a session key: of raw data, and of nothing."""
    raw = hashlib.sha1((case["raw"] + case["session_key"]).encode()).hexdigest()
    return raw + " " + hmac.new(case["session_key"].encode(), b"", hashlib.sha256).hexdigest()


SIGNERS = {
    "tencent": tencent,
    "aliyun": aliyun,
    "robot": robot,
    "page": page,
    "sealed": sealed,
    "wecom": wecom,
    "session_data": session_data,
    "session": session,
}

for line in sys.stdin:
    case = json.loads(line)
    print(SIGNERS[case["kind"]](case))
