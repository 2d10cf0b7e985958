"""What a message of ours never asks for, promises, links to or gives away, so that a real one can be told apart.

Thieves ask for numbers and money and promise gifts; a sentence that says we *never* ask is allowed.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from app.rules.readability import LETTERS, sentences
from app.rules.wording import MARK

FORBIDDEN: Final = {
    "en": (
        "social security (?:number|no|card)s?|your social security|ssn|id|id number|pin|password|date of birth|"
        "birth date|birthday|card|bank account|money|pay|fee|gift|prize|reward|free phone|case number|medi-cal number"
    ),
    "es": (
        "(?:número|tarjeta) del? seguro social|su seguro social|documentos|identificación|contraseña|pin|"
        "fecha de nacimiento|tarjeta|cuenta bancaria|dinero|pago|pague|regalo|premio|teléfono gratis|número de caso"
    ),
    "vi": (
        "(?:số|thẻ) an sinh xã hội|an sinh xã hội của quý vị|số id|số thẻ|mã pin|mật khẩu|ngày sinh|tài khoản|"
        "thẻ tín dụng|tiền|thanh toán|quà|giải thưởng|trúng thưởng|điện thoại miễn phí|số hồ sơ"
    ),
    "zh-Hans": (
        "社会安全号|社安号|证件号|身份证|卡号|密码|出生日期|生日|银行账户|银行帐户|信用卡|钱|付款|"
        "汇款|礼品|礼物|奖品|中奖|免费手机|个案号"
    ),
    "zh-Hant": (
        "社會安全號|社安號|證件號|身分證|身份證|卡號|密碼|出生日期|生日|銀行帳戶|信用卡|錢|付款|"
        "匯款|禮品|禮物|獎品|中獎|免費手機|個案號"
    ),
    "ko": (
        "소셜 시큐리티 번호|소셜 번호|사회보장 ?번호|사회보장 ?카드|신분증|카드 번호|비밀번호|생년월일|생일|계좌|"
        "신용카드|돈|송금|결제|선물|경품|당첨|무료 전화기|케이스 번호"
    ),
    "tl": (
        "(?:(?:numero|card) (?:ng|sa) social security|inyong social security|numero ng id|password|"
        "petsa ng kapanganakan|kaarawan|kompleanyo|(?:credit|debit) card|numero ng card|bangko|pera|bayad|magbayad|"
        "bayaran|magpadala ng halaga|regalo|premyo|papremyo|gantimpala|"
        "libreng (?:telepono|cellphone|cell phone|phone)|numero ng kaso)(?:n?g)?"
    ),
    "ja": (
        "ソーシャル・?セキュリティー?(?:番号|カード)|社会保障番号|身分証|カード|暗証番号|パスワード|生年月日|誕生日|口座|"
        "お金|現金|送金|振り?込|支払|手数料|贈り物|プレゼント|ギフト|賞品|賞金|当選|懸賞|無料の(?:電話機|携帯|スマホ)|"
        "ケース番号|事件番号"
    ),
    "th": (
        "เลขประกันสังคม|บัตร|เลขประจำตัว|รหัสผ่าน|วันเกิด|วันเดือนปีเกิด|บัญชี|เงิน|ชำระ|ค่าธรรมเนียม|ของขวัญ|รางวัล|"
        "ของแถม|โทรศัพท์ฟรี|มือถือฟรี|เลขที่คดี|หมายเลขเคส"
    ),
    "hi": (
        "(?:social security|सोशल सि?क्योरिटी|सामाजिक सुरक्षा) (?:नंबर|कार्ड)|पहचान (?:पत्र|नंबर|संख्या)|आईडी|पासवर्ड|पिन|ओटीपी|"
        "जन्म ?तिथि|जन्म की तारीख़?|जन्म ?दिन|कार्ड|बैंक खात[ाे]|पैस[ाे]|पैसों|रुपये|भुगतान|फ़?ीस|उपहार|तोहफ़?[ाे]|इनाम|पुरस्कार|"
        "मुफ़?्त फ़?ोन|केस नंबर"
    ),
    "pa": (
        "(?:social security|ਸੋਸ਼ਲ ਸਿ?ਕਿ[ਉਓ]ਰਿਟੀ|ਸਮਾਜਿਕ ਸੁਰੱਖਿਆ) (?:ਨੰਬਰ|ਕਾਰਡ)|ਪਛਾਣ (?:ਪੱਤਰ|ਨੰਬਰ)|ਆਈਡੀ|ਪਾਸਵਰਡ|ਪਿੰ?ਨ|ਓਟੀਪੀ|"
        "ਜਨਮ (?:ਮਿਤੀ|ਤਾਰੀਖ਼?)|ਜਨਮ ?ਦਿਨ|ਕਾਰਡ|ਬੈਂਕ ਖਾਤ[ਾੇ]|ਪੈਸ[ਾੇ]|ਪੈਸਿਆਂ|ਭੁਗਤਾਨ|ਅਦਾਇਗੀ|ਫ਼?ੀਸ|ਤੋਹਫ਼?[ਾੇ]|ਇਨਾਮ|"
        "ਮੁਫ਼?ਤ ਫ਼?ੋਨ|ਕੇਸ ਨੰਬਰ"
    ),
    "ar": (
        r"[وف]?(?:لل|[بل]?(?:ال)?)(?:رقم (?:ال)?(?:ضمان|هوي|قضية|سري)\w*|رقمكم السري|ضمانكم|هوي(?:ة|ات|ت)(?:كم|ك)?|"
        r"بطاق(?:ة|ات|ت)(?:كم|ك)?|كلمة (?:ال)?(?:مرور|سر)\w*|رمز (?:ال)?سر\w*|تاريخ (?:ال)?(?:ميلاد|ولاد)\w*|"
        r"عيد ميلاد\w*|حساب\w* (?:ال)?(?:بنك|مصرف)\w*|(?:مال|أموال|نقود)(?:كم|ك|[ًا]+)?|[اتي]?دفع\w*|سداد|مبلغ|"
        r"رسوم(?! الرسائل)|هدي(?:ة|ت)\w*|هدايا|جائز(?:ة|ت)\w*|جوائز|مكافأ(?:ة|ت)\w*|هاتف\w* مجاني\w*)"
    ),
    "fa": (
        "(?:(?:شماره|کارت) (?:تأمین اجتماعی|تامین اجتماعی|سوشال|social security)|(?:تأمین|تامین) اجتماعی شما|(?:مدرک|"
        r"مدارک) (?:شناسایی|هویت\w*)|شماره (?:ملی|پرونده|حساب)|پین|رمز عبور|گذرواژه|پسورد|تولد|کارت|حساب بانکی|پول|"
        r"پرداخت|بپرداز\w*|واریز|کارمزد|هدیه|جایزه|پاداش|برنده|(?:تلفن|گوشی|موبایل) (?:رایگان|مجانی))(?:تان|شان|ی|"
        r"ها\w*)?"
    ),
    "hy": (
        r"(?:social security|սոցիալական ապահովության)\S* (?:համար|քարտ)\w*|անձը հաստատող|անձնագ\w*|ինքնության\w*|"
        r"գաղտնաբառ\w*|[պփ]ին|ծննդյան (?:ամսաթ|օր|տար)\w*|ծնունդ\w*|քարտ(?!եզ|ուղ)\w*|բանկային|հաշվեհամար\w*|"
        r"գումար\w*|փող(?:ը|ի|եր\w*)?|վճար\w*|նվեր\w*|պարգեւ\w*|մրցանակ\w*|շահե\w*|անվճար հեռախոս(?!ահամար)\w*|"
        "գործի համարը"
    ),
    "ru": (
        r"номер\w* (?:social security|социального страхования|карт\w*|дела)|карт\w* (?:social security|"
        r"социального страхования)|ваш\w* social security|удостоверени\w*|паспорт\w*|парол\w*|пин-?код\w*|"
        r"дат\w* рождения|д(?:ень|ня) рождения|банковск\w*|карт(?:а|у|ы|е|ой)|деньг\w*|денег|оплат(?:а|у|ы|ой|ите|"
        r"ить)|заплат\w*|плат(?:ить|ите|[её]ж\w*)|перевод\w* денег|подар\w*|приз(?:ы|а|ов)?|выигра\w*|"
        r"бесплатн\w* телефон\w*"
    ),
    "uk": (
        r"номер\w* (?:social security|соціального страхування|картк\w*|справи)|картк\w* (?:social security|"
        r"соціального страхування)|ваш\w* social security|посвідчен\w*|паспорт\w*|парол\w*|пін-?код\w*|"
        r"дат\w* народження|д(?:ень|ня) народження|банківськ\w*|карт(?:ка|ку|ки|ці|кою)|грош\w*|оплат(?:а|у|и|ою|іть|"
        r"ити)|заплат\w*|сплат\w*|плат(?:ити|іть|[іе]ж\w*)|подарун\w*|приз(?:и|у|ів)?|вигра\w*|"
        r"безкоштовн\w* телефон\w*"
    ),
    "km": (
        "លេខ social security|ប័ណ្ណ social security|លេខសន្តិសុខសង្គម|អត្តសញ្ញាណ|លេខសម្គាល់|ប័ណ្ណ|(?<!្)កាត(?!់|ព្វ)|"
        "ពាក្យសម្ងាត់|លេខសម្ងាត់|ថ្ងៃខែឆ្នាំកំណើត|ថ្ងៃកំណើត|គណនី|ប្រាក់|លុយ|(?<!បោះ)បង់|ទូទាត់|កម្រៃ|អំណោយ|កាដូ|"
        "រង្វាន់|ទូរស(?:ព្ទ|័ព្ទ)ឥតគិតថ្លៃ|លេខសំណុំរឿង"
    ),
    "lo": (
        "(?:ເລກ|ບັດ) ?(?:social security|ປະກັນສັງຄົມ)|(?<!ປະຕິ)ບັດ(?!ນີ້)|ເລກປະຈ(?:ຳ|ໍາ)ຕົວ|ລະຫັດຜ່ານ|ລະຫັດ ?pin|"
        "ວັນ(?:ເດືອນປີ)?ເກີດ|ບັນຊີ|ເງິນ|ຈ່າຍ|ຊ(?:ຳ|ໍາ)ລະ|ຄ່າທ(?:ຳ|ໍາ)ນຽມ|ຂອງຂວັນ|ລາງວັນ|(?:ໂທລະສັບ|ມືຖື)ຟຣີ|ເລກຄະດີ"
    ),
}
"""Words that ask or lure, by language; the English ones are looked for in every language.

Social Security itself may be named: it renews for some. Its number and its card may not be asked for.
"""

TELLING: Final = {
    "en": (
        r"ccs|california children'?s services|whole[- ]child|diagnos\w*|disease|illness|disab\w*|cancer|hemophilia|"
        r"hiv|transplant|dialysis|pregnan\w*|mental health|foster|immigra\w*|undocumented|(?:non)?citizen\w*|"
        r"green card|visa|aid code|ssi|ssp|calworks|calfresh"
    ),
    "es": (
        r"diagn[oó]stic\w*|enfermedad\w*|discapa\w*|c[aá]ncer|hemofilia|vih|trasplante|di[aá]lisis|embaraz\w*|"
        r"salud mental|crianza temporal|acogida|inmigra\w*|indocumentad\w*|ciudadan\w*|tarjeta verde|c[oó]digo de ayuda"
    ),
    "vi": (
        "chẩn đoán|bệnh tật|khuyết tật|ung thư|máu khó đông|ghép tạng|lọc máu|mang thai|tâm thần|con nuôi|di trú|"
        "nhập cư|không giấy tờ|quốc tịch|thẻ xanh|mã trợ cấp"
    ),
    "zh-Hans": "诊断|疾病|残疾|残障|癌|血友病|移植|透析|怀孕|孕妇|精神健康|寄养|移民|无证件|公民|绿卡|签证|援助代码",
    "zh-Hant": "診斷|疾病|殘疾|殘障|癌|血友病|移植|透析|懷孕|孕婦|精神健康|寄養|移民|無證件|公民|綠卡|簽證|援助代碼",
    "ko": (
        "진단|질병|질환|장애|암 환자|혈우병|장기 이식|투석|임신|정신 건강|위탁 가정|이민|불법 체류|서류 미비|"
        "시민권|영주권|(?<!소)비자|원조 코드"
    ),
    "tl": (
        r"(?:d[iy]+agn\w+|sakit|karamdaman|kapansanan|kanser|hemopilya|transplant|dialysis|dayalisis|buntis|"
        r"pagbubuntis|nagdadalang-tao|kalusugan ng isip|kalusugang pangkaisipan|inaampon|ampon|imigra\w+|"
        r"walang (?:papeles|dokumento)|pagkamamamayan|mamamayan|bisa|code ng tulong)(?:n?g)?"
    ),
    "ja": (
        "診断|病気|疾患|疾病|障害|障がい|がん患者|癌|血友病|エイズ|移植|透析|妊娠|妊婦|精神|メンタル|里親|里子|移民|不法滞在|"
        "市民権|国籍|永住権|グリーンカード|ビザ|援助コード"
    ),
    "th": (
        "วินิจฉัย|โรค|เจ็บป่วย|พิการ|ทุพพลภาพ|มะเร็ง|ฮีโมฟีเลีย|เอชไอวี|ปลูกถ่าย|ล้างไต|ฟอกไต|ตั้งครรภ์|สุขภาพจิต|"
        "อุปถัมภ์|ผู้อพยพ|เข้าเมือง|ไม่มีเอกสาร|พลเมือง|สัญชาติ|ใบเขียว|กรีนการ์ด|วีซ่า|รหัสความช่วยเหลือ"
    ),
    "hi": (
        "निदान|रोग|रोगी|बीमारी|बीमारियाँ|बीमारियों|विकलांग|विकलांगता|दिव्यांग|अशक्तता|अक्षमता|कैंसर|हीमोफ़?ीलिया|एचआईवी|एड्स|"
        "प्रत्यारोपण|डायलिसिस|गर्भवती|गर्भावस्था|मानसिक|फ़?ॉस्टर|आप्रवासन|आप्रवासी|अप्रवासी|प्रवासी|इमिग्रेशन|बिना दस्तावेज़?|"
        "नागरिक|नागरिकता|ग्रीन कार्ड|वीज़?ा|सहायता कोड"
    ),
    "pa": (
        "ਨਿਦਾਨ|ਰੋਗ|ਰੋਗੀ|ਬਿਮਾਰੀ|ਬਿਮਾਰੀਆਂ|ਬੀਮਾਰੀ|ਬੀਮਾਰੀਆਂ|ਅਪਾਹਜ|ਅਪਾਹਜਤਾ|ਅਪੰਗ|ਅਪੰਗਤਾ|ਕੈਂਸਰ|ਹੀਮੋਫ਼?ੀਲੀਆ|ਐੱ?ਚਆਈਵੀ|ਏਡਜ਼|"
        "ਟ੍ਰਾਂਸਪਲਾਂਟ|ਡਾਇਲ[ਿੀ]?ਸਿਸ|ਗਰਭ|ਗਰਭਵਤੀ|ਮਾਨਸਿਕ|ਫ਼?ੋਸਟਰ|ਇਮੀਗ੍ਰੇਸ਼ਨ|ਪ੍ਰਵਾਸੀ|ਪਰਵਾਸੀ|ਬਿਨਾਂ ਦਸਤਾਵੇਜ਼?|ਨਾਗਰਿਕ|ਨਾਗਰਿਕਤਾ|"
        "ਗ੍ਰੀਨ ਕਾਰਡ|ਵੀਜ਼?ਾ|ਸਹਾਇਤਾ ਕੋਡ"
    ),
    "ar": (
        r"[وف]?(?:لل|[بل]?(?:ال)?)(?:تشخيص\w*|مرض\w*|أمراض\w*|مريض\w*|إعاق\w*|معاق\w*|سرطان\w*|هيموفيليا|نقص المناعة|"
        "إيدز|زراعة (?:ال)?(?:أعضاء|كلى|كبد)|غسيل (?:ال)?(?:كلى|كلوي)|حامل|حوامل|حمل(?:كم|ك)?|صح(?:ة|"
        r"ت)\w* (?:ال)?(?:نفسية|عقلية)|(?:أسر(?:ة|ت)\w*|رعاية) (?:ال)?(?:بديلة|حاضنة)|هجر(?:ة|ت)\w*|مهاجر\w*|لاجئ\w*|"
        r"بدون وثائق|جنسي(?:ة|ت)\w*|مواطن\w*|بطاقة (?:ال)?خضراء|تأشير(?:ة|ت)\w*|فيزا|رمز (?:ال)?معونة)"
    ),
    "fa": (
        r"(?:تشخیص|بیماری|بیمار|معلول|معلولیت|ناتوان|ناتوانی|کم\u200cتوان|سرطان|هموفیلی|اچ[ \u200c]?آی[ \u200c]?وی|"
        r"ایدز|پیوند|دیالیز|باردار\w*|حامله|(?:سلامت|بهداشت) روان|روانی|فرزندخوانده|خانواده جایگزین|مهاجر\w*|پناهنده|"
        r"بدون مدرک|شهروند|شهروندی|تابعیت|گرین[ \u200c]?کارت|ویزا|روادید|کد کمک[ \u200c]?هزینه)(?:تان|شان|ی|ها\w*)?"
    ),
    "hy": (
        r"ախտորոշ\w*|հիվանդ\w*|հաշմանդամ\w*|քաղցկեղ\w*|հեմոֆիլ\w*|միավ|ձիահ|փոխպատվաստ\w*|դիալիզ\w*|հղի\w*|հոգեկան\w*|"
        r"հոգեբուժ\w*|խնամատար\w*|որդեգր\w*|ներգաղթ\w*|գաղթական\w*|փախստական\w*|առանց փաստաթղթերի|քաղաքացի\w*|"
        r"կանաչ քարտ\w*|վիզա\w*|մուտքի արտոնագ\w*|օժանդակության կոդ\w*"
    ),
    "ru": (
        r"диагноз\w*|болезн\w*|заболевани\w*|инвалид\w*|рак(?:а|ом)?|гемофили\w*|вич|трансплант\w*|пересадк\w*|"
        r"диализ\w*|беременн\w*|психическ\w*|при[её]мн\w* (?:семь|родител|реб[её]н)\w*|иммигра\w*|мигра\w*|"
        r"нелегал\w*|гражданств\w*|гражданин\w*|гражданк\w*|грин-?карт\w*|виз(?:а|ы|у|е|ой)|код\w* помощи"
    ),
    "uk": (
        r"діагноз\w*|хвороб\w*|захворюван\w*|інвалід\w*|рак(?:у|ом)?|гемофілі\w*|віл|трансплант\w*|пересадк\w*|"
        r"діаліз\w*|вагітн\w*|психічн\w*|прийомн\w* (?:сім|родин|бать|дит)\w*|іммігра\w*|мігра\w*|нелегал\w*|"
        r"громадянств\w*|громадянин\w*|громадянк\w*|грін-?карт\w*|грин-?карт\w*|віз(?:а|и|у|і|ою)|код\w* допомоги"
    ),
    "km": (
        "រោគ|ជំងឺ|ពិការ|មហារីក|ហេម៉ូហ្វីល|អេដស៍|ប្ដូរសរីរាង្គ|ប្តូរសរីរាង្គ|លាងឈាម|លាងតម្រងនោម|ផ្ទៃពោះ|ផ្លូវចិត្ត|"
        "ចិញ្ចឹមបីបាច់|អន្តោប្រវេសន៍|ជនចំណាកស្រុក|គ្មានឯកសារ|សញ្ជាតិ|ពលរដ្ឋ|កាតបៃតង|ប័ណ្ណបៃតង|ទិដ្ឋាការ|វីសា|"
        "លេខកូដជំនួយ"
    ),
    "lo": (
        "ບົ່ງມະຕິ|ວິນິດໄສ|ພະຍາດ|ເຈັບປ່ວຍ|ພິການ|ມະເຮັງ|ເອດສ໌|ປູກຖ່າຍ|ລ້າງໄຕ|ຟອກໄຕ|ຖືພາ|ສຸຂະພາບຈິດ|ອຸປະຖ(?:ຳ|ໍາ)|ເຂົ້າເມືອງ|"
        "ອົບພະຍົບ|ບໍ່ມີເອກະສານ|ພົນລະເມືອງ|ສັນຊາດ|ກຣີນກາດ|ວີຊ່າ|ລະຫັດຊ່ວຍເຫຼືອ"
    ),
}
"""Words that tell whoever sees the screen of a condition, an origin or a kind of aid; English ones count anywhere."""

NEVER: Final = {
    "en": "never ask",
    "es": "nunca le pedimos",
    "vi": "không bao giờ",
    "zh-Hans": "绝不会",
    "zh-Hant": "絕不會",
    "ko": "절대",
    "tl": "kailanman",
    "ja": "決して",
    "th": "โดยเด็ดขาด",
    "hi": "कभी नहीं",
    "pa": "ਕਦੇ ਨਹੀਂ",
    "ar": "لا نطلب منكم أبدًا",
    "fa": "هرگز",
    "hy": "երբեք",
    "ru": "никогда не",
    "uk": "ніколи не",
    "km": "មិនដែល",
    "lo": "ຈະບໍ່ຂໍ",
}
"""How each language says that we never ask; that sentence may name what we never ask for."""

JOINED: Final = frozenset({"zh-Hans", "zh-Hant", "ko", "ja", "th", "km", "lo"})
"""Languages written without spaces between words, or with endings grown onto them: no word's border is looked for."""

_LINK: Final = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|org|gov|net|edu|info|us|ly|io|co|me|gl|link|app)\b", re.IGNORECASE
)


def taboos(language: str, source: str) -> Iterator[tuple[str, str]]:
    """Find what the text asks for or promises, unless the sentence says that we never do."""
    never = NEVER.get(language, NEVER["en"])
    for sentence in sentences(source):
        spoken = _folded(MARK.sub("", sentence))
        if never in spoken:
            continue
        for hit in _words(language, FORBIDDEN).findall(spoken):
            yield f"asks for or promises: {hit}", "Leave it out; we never ask for it"


def telling(language: str, source: str) -> Iterator[tuple[str, str]]:
    """Find what would tell a stranger, who sees or hears the message too, about the person's health or origin."""
    for hit in _words(language, TELLING).findall(_folded(MARK.sub("", source))):
        yield f"tells about the person: {hit}", "Leave it out; others may see or hear it"


def foreign_links(source: str) -> Iterator[tuple[str, str]]:
    """Find addresses written out; only the portal's mark and the unsubscribe link may stand."""
    for hit in _LINK.findall(MARK.sub("", source)):
        yield f"a link: {hit}", "Use {portal} or {unsubscribe_url}"


def _folded(text: str) -> str:
    """Fold case, and write letters with dots in the one way in which the tables have them."""
    return normalize("NFC", text).casefold()


def _words(language: str, table: Mapping[str, str]) -> re.Pattern[str]:
    return _pattern(table["en"], table.get(language, table["en"]), language in JOINED)


@lru_cache(maxsize=64)
def _pattern(english: str, words: str, joined: bool) -> re.Pattern[str]:  # noqa: FBT001  (a key of the cache)
    if joined:  # an English word may touch a letter of the other script: `IDを`
        return re.compile(rf"(?a:\b(?:{english})\b)|{words}")
    return re.compile(rf"\b(?:{english})\b|(?<![{LETTERS}])(?:{words})(?![{LETTERS}])")
