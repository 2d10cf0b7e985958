import pytest

from app.rules.wording_taboo import FORBIDDEN, NEVER, TELLING, foreign_links, taboos, telling


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("en", "Please send us your Social Security number."),
        ("en", "Enter your PIN to go on."),
        ("en", "You get a free phone."),
        ("es", "Mande su número de Seguro Social."),
        ("es", "Please show your ID."),
        ("vi", "Xin cho biết ngày sinh của quý vị."),
        ("zh-Hans", "请提供您的身份证。"),
        ("zh-Hant", "請提供您的信用卡。"),
        ("ko", "생년월일을 알려 주세요."),
        ("tl", "Ipadala po ang numero ng Social Security ninyo."),
        ("tl", "Magpadala ng perang papel."),
        ("ja", "生年月日を教えてください。"),
        ("ja", "IDを見せてください。"),
        ("th", "โปรดแจ้งหมายเลขประกันสังคมของท่าน"),
        ("th", "ท่านได้รับโทรศัพท์ฟรี"),
        ("th", "เราจะไม่ขอเงินโดยเด็ดขาด  โปรดส่งบัตรของท่าน"),
        ("ru", "Пришлите нам номер Social Security."),
        ("ru", "Вы получите подарок."),
        ("uk", "Назвіть, будь ласка, дату народження."),
        ("uk", "Надішліть гроші."),
        ("km", "សូមប្រាប់ថ្ងៃកំណើតរបស់លោកអ្នក។"),
        ("km", "សូមផ្ញើប្រាក់មកយើង។"),
        ("hi", "अपना Social Security नंबर भेजें।"),
        ("hi", "आपको मुफ़्त फ़ोन मिलेगा।"),
        ("hi", "हम पैसे कभी नहीं माँगते। अपना कार्ड भेजें।"),
        ("pa", "ਆਪਣੀ ਜਨਮ ਮਿਤੀ ਦੱਸੋ।"),
        ("pa", "ਸਾਨੂੰ ਪੈਸੇ ਭੇਜੋ।"),
        ("lo", "ກະລຸນາສົ່ງເງິນໃຫ້ພວກເຮົາ."),
        ("lo", "ພວກເຮົາຈະບໍ່ຂໍເງິນ. ກະລຸນາບອກລະຫັດຜ່ານ."),
        ("fa", "Pay now."),
        ("fa", "لطفاً کارتتان را نشان دهید."),
        ("fa", "ما هرگز پول نمی‌خواهیم. آیا رمز عبور دارید؟"),
        ("ar", "يرجى إرسال رقم الضمان الاجتماعي."),
        ("ar", "أرسلوا وبالمال تحصلون على هدية."),
        ("hy", "Ուղարկեք Ձեր Social Security-ի համարը։"),
        ("hy", "Մենք երբեք գումար չենք խնդրում։ Ցույց տվեք քարտը։"),
    ],
)
def test_asking_or_luring_is_found(language, source):
    assert list(taboos(language, source))


@pytest.mark.parametrize("source", ["We never ask for your ID or money.", "The cardinal is a bird."])
def test_saying_that_we_never_ask_is_allowed(source):
    assert not list(taboos("en", source))


def test_the_next_sentence_is_looked_at_again():
    assert list(taboos("en", "We never ask for money. Send us your card."))


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("en", "Social Security renews your Medi-Cal. Call Social Security."),
        ("es", "El Seguro Social renueva su Medi-Cal."),
        ("vi", "Sở An Sinh Xã Hội gia hạn Medi-Cal."),
        ("zh-Hans", "社会安全局为您的 Medi-Cal 续保。"),
        ("zh-Hant", "社會安全局為您的 Medi-Cal 續保。"),
        ("ko", "사회보장국에서 Medi-Cal을 갱신합니다."),
        ("fa", "اداره تأمین اجتماعی (Social Security) آن را تمدید می‌کند."),
        ("ar", "تجدد لكم إدارة الضمان الاجتماعي Medi-Cal. قد تُفرض رسوم الرسائل والبيانات."),
        ("hy", "Ձեր Medi-Cal-ը նորացնում է Social Security-ն։ Անվճար հեռախոսահամար, փողոց։"),
        ("tl", "Ang Social Security ang nagre-renew ng inyong Medi-Cal. May singil sa text."),
        ("ja", "Medi-Calの更新は、Social Securityが行います。コードを入力してください。"),
        ("th", "สำนักงานประกันสังคม (Social Security) ต่ออายุ Medi-Cal ให้ท่าน"),
        ("ru", "Служба Social Security продлевает страховку. Возможна плата за SMS."),
        ("uk", "Служба Social Security продовжує страхування."),
        ("km", "Social Security បន្ត Medi-Cal ជូនលោកអ្នក។"),
        ("hi", "आपके Medi-Cal का नवीनीकरण Social Security करता है। मैसेज का शुल्क लग सकता है।"),
        ("pa", "Social Security ਤੁਹਾਡਾ Medi-Cal ਨਵਿਆਉਂਦਾ ਹੈ। ਖਰਚਾ ਲੱਗ ਸਕਦਾ ਹੈ।"),
        ("lo", "Social Security ຕໍ່ອາຍຸ Medi-Cal ໃຫ້ທ່ານ. ການປະຕິບັດງານ."),
    ],
)
def test_the_office_that_renews_for_some_may_be_named(language, source):
    assert not list(taboos(language, source))


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("en", "Your CCS ends at 21."),
        ("en", "Because of your disability, call us."),
        ("en", "Your immigration papers are missing."),
        ("en", "You have SSI."),
        ("es", "Por su discapacidad, llame."),
        ("es", "Por su condición de inmigrante, llame."),
        ("es", "California Children's Services termina."),
        ("vi", "Vì bệnh tật của quý vị, xin gọi."),
        ("zh-Hans", "您的移民文件不全。"),
        ("zh-Hant", "您懷孕了。"),
        ("ko", "장애가 있으시면 전화하세요."),
        ("tl", "Dahil sa inyong kapansanan, tumawag po."),
        ("ja", "障害のある方はお電話ください。"),
        ("ja", "CCSは21歳で終わります。"),
        ("th", "เพราะความพิการของท่าน โปรดโทร"),
        ("ru", "Из-за вашей инвалидности позвоните нам."),
        ("uk", "Ваша вагітність триває."),
        ("km", "លោកអ្នកមានជំងឺ។"),
        ("hi", "आपकी बीमारी के कारण कॉल करें।"),
        ("hi", "गर्भवती होने पर कॉल करें।"),
        ("pa", "ਅਪਾਹਜਤਾ ਕਰਕੇ ਕਾਲ ਕਰੋ।"),
        ("pa", "ਤੁਹਾਡਾ ਵੀਜ਼ਾ ਨਹੀਂ ਮਿਲਿਆ।"),
        ("lo", "ເພາະທ່ານຖືພາ, ກະລຸນາໂທ."),
        ("fa", "CCS"),
        ("fa", "چون باردارید، تماس بگیرید."),
        ("ar", "بسبب إعاقتكم، اتصلوا بنا."),
        ("hy", "Ձեր հիվանդության մասին։"),
    ],
)
def test_what_a_stranger_would_learn_of_the_person_is_found(language, source):
    assert list(telling(language, source))


@pytest.mark.parametrize(
    ("language", "source"),
    [("en", "Your child health program changes at 21."), ("en", "A letter about work."), ("ko", "소비자 상담")],
)
def test_plain_words_tell_nothing(language, source):
    assert not list(telling(language, source))


@pytest.mark.parametrize(("language", "source"), [("hi", "कार्डधारक उपयोग"), ("pa", "ਰੋਗਨ ਪਿੰਨੀ")])
def test_a_word_ends_only_behind_its_vowel_signs(language, source):
    assert not list(taboos(language, source))
    assert not list(telling(language, source))


def test_a_letter_with_its_dot_apart_is_the_same_letter():
    assert list(taboos("hi", "\N{DEVANAGARI LETTER FA}ीस दें।"))


@pytest.mark.parametrize("source", ["See https://x.org", "go to bit.ly/3", "www.example", "Evil.com"])
def test_an_address_written_out_is_found(source):
    assert list(foreign_links(source))


def test_the_portal_mark_is_no_foreign_link():
    assert not list(foreign_links("Go to {portal} or {unsubscribe_url}. Help is free."))


def test_each_language_with_forbidden_words_can_say_never():
    assert FORBIDDEN.keys() == NEVER.keys() == TELLING.keys()
