"""The article's activities as data: what is done, where, when, by whom, and how many want to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

from activities.demo.article import (
    BLOOD_DESCRIPTION,
    BLOOD_PLACE,
    BLOOD_POST,
    BLOOD_RISKS,
    BLOOD_SAFEGUARDS,
    BLOOD_STANDARD,
    BRANCHES,
    ROOMS,
    STUDENT_BRANCHES,
)
from activities.demo.plans import FRI, MON, SAT, SUN, THU, TUE, WED, InJune, Once, Plan, PostPlan, SitePlan, Weekly
from activities.people.rules import Stages, Standings

HALF_HOURS = tuple(time(hour, minute) for hour in (8, 9, 10, 13, 14, 15) for minute in (0, 30))
# The large rooms on the ground floor are in use until noon on Fridays.
BUSY_ROOMS = 6


def _energy() -> Plan:
    return Plan(
        kind="energy",
        name="党员节能岗",
        description="每间教室都有党员负责：傍晚下课后和晚自习结束后检查照明、投影和空调，登记检查情况。",
        risks="晚间楼道照明较暗；需要接触电源开关。",
        safeguards="两人以上一同离楼；只操作墙面开关，不拆动设备；保卫处值班电话贴在每层楼梯口。",
        posts=tuple(_room(n, room) for n, room in enumerate(ROOMS)),
        past=(0.44, 1.53),
        ahead=(0.3, 1.6),
        withdraw=timedelta(hours=6),
        stages=Stages.FULL | Stages.PROBATIONARY,
    )


def _room(n: int, room: str) -> PostPlan:
    evening = Weekly(weekday=n % 5, at=(time(17, 40),), minutes=30)
    night = Weekly(weekday=(n + 2) % 5, at=(time(22, 0),), minutes=30)
    noon = Weekly(weekday=FRI, at=(time(11, 40),), minutes=20)
    return PostPlan(
        name=room,
        place=room,
        standard="下课十分钟内到岗；逐一关闭照明、投影、空调和门窗；有人自习时提醒最后离开者；设备异常当日报修并登记。",
        capacity=1,
        times=(evening, night, noon) if n < BUSY_ROOMS else (evening, night),
        holders=4,
    )


def _cleaning() -> Plan:
    zones = ("东湖北岸", "东湖南岸步道", "经管楼前广场")
    times = (
        Weekly(weekday=WED, at=(time(16, 5),), minutes=90),
        Weekly(weekday=SAT, at=(time(9, 0),), minutes=120),
    )
    standard = "按责任区图清扫到边到角；垃圾分类投放；结束后由组织者现场评分。"
    return Plan(
        kind="cleaning",
        name="党员义务清扫区",
        description="东湖一带无人清扫，党员把它认领下来，带领同学定期清扫。自愿参加，工具现场领取。",
        risks="湖边湿滑；使用扫帚、夹子等工具。",
        safeguards="不到水边石阶以下；发放手套；雨雪天改期；现场备有急救包。",
        mailbox="donghu@example.edu",
        posts=tuple(PostPlan(name=z, place=z, standard=standard, capacity=8, times=times) for z in zones),
        past=(0.45, 1.2),
    )


def _elder_care() -> Plan:
    home = SitePlan(
        name="同心老年护理中心", address="净月大街 1280 号", geo="43.788600;125.424900",
        contact="护理部李主任，值班台 8123", most_visitors=12, most_groups=1, list_days=3,
    )  # fmt: skip
    tasks = (
        ("梳头与谈心", "二楼", 6, SAT, time(14), "先征得老人同意；动作轻缓；认真倾听，不打听隐私；不拍摄老人面部。"),
        ("洗脚与剪指甲", "三楼", 4, SAT, time(14), "护理员在场时进行；先试水温；发现伤口或不适立即停止并告知护理员。"),
        ("居室清扫", "三楼", 6, SUN, time(9), "不移动老人的私人物品；地面随拖随干；离开前与护理员交接。"),
        ("文艺演出", "一楼大厅", 10, SUN, time(14, 30), "节目提前一周报中心确认；音量适中；演出后收拾场地。"),
    )
    return Plan(
        kind="elder_care",
        name="关爱老年实践基地",
        description="到同心老年护理中心看望老人：梳头、洗脚、清扫、演出。开始前四十分钟在北门集合，校车往返。",
        risks="老人体弱，易跌倒、易感染；往返乘车。",
        safeguards="发热咳嗽时请勿前往；入中心前洗手、戴口罩；听从护理员安排；学校统一投保。",
        mailbox="tongxin@example.edu",
        posts=tuple(
            PostPlan(
                name=name,
                place=home.name,
                site=home,
                floor=floor,
                standard=standard,
                capacity=seats,
                times=(Weekly(weekday=day, at=(clock,), minutes=150),),
            )
            for name, floor, seats, day, clock, standard in tasks
        ),
        past=(0.7, 1.25),
        ahead=(0.35, 1.4),
        withdraw=timedelta(hours=48),
    )


def _donation() -> Plan:
    times = (InJune(at=(time(11, 40),), minutes=110), InJune(at=(time(17, 40),), minutes=80))
    places = ("一号宿舍楼", "三号宿舍楼", "五号宿舍楼")
    standard = "当面点清、分类登记；贵重物品双人签字；当日封存入库。"
    return Plan(
        kind="donation",
        name="毕业物品捐赠",
        description="毕业生离校时留下的衣物、书籍和用品，由党员收集、分类，送往扶贫爱心超市。",
        risks="搬运重物；人员集中。",
        safeguards="重物两人抬；发放手套；衣物消毒后入库。",
        posts=tuple(
            PostPlan(name=f"{place}收集点", place=f"{place}门厅", standard=standard, capacity=5, times=times)
            for place in places
        ),
    )


def _blood() -> Plan:
    """Last year's, in slots of half an hour; this term's is one slot (`school`)."""
    post = PostPlan(
        name=BLOOD_POST,
        place=BLOOD_PLACE,
        standard=BLOOD_STANDARD,
        capacity=50,
        times=(Once(week=9, weekday=WED, at=HALF_HOURS, minutes=30, term=1),),
    )
    return Plan(
        kind="blood",
        name="无偿献血（上学年）",
        description=BLOOD_DESCRIPTION,
        risks=BLOOD_RISKS,
        safeguards=BLOOD_SAFEGUARDS,
        posts=(post,),
        past=(0.75, 0.9),
        once=True,
    )


def _study() -> Iterator[Plan]:
    for n, branch in enumerate(BRANCHES):
        post = PostPlan(
            name="党小组学习",
            place=f"经管楼{n % 5 + 1}10 党员活动室",
            standard="提前阅读学习材料；按时到会；会后两周内提交心得。",
            capacity=20 if branch.subject else 12,
            times=(Weekly(weekday=(TUE, WED, THU)[n % 3], at=(time(19, 0),), minutes=95),),
        )
        yield Plan(
            kind="study",
            unit=branch.name,
            name=f"{branch.name}理论学习",
            description="围绕党的基本理论、党章党纪、形势政策、校史校情和典型事迹五项内容，分党小组学习讨论。",
            posts=(post,),
            past=(0.45, 0.95),
            ahead=(0.35, 1.15),
            withdraw=timedelta(hours=12),
        )


def _reception() -> Plan:
    post = PostPlan(
        name="接待岗",
        place="经管楼201 接待室",
        standard="首问负责；当场能答的当场答复，不能答的一周内回复。",
        capacity=2,
        times=(Weekly(weekday=THU, at=(time(16, 5),), minutes=95),),
    )
    return Plan(
        kind="reception",
        name="学生接待日",
        description="院领导每周接待学生，听取意见，解答困难。",
        posts=(post,),
        past=(0.8, 1.2),
        ahead=(0.5, 1.2),
        standings=Standings.LEADER,
    )


def _meeting() -> Plan:
    post = PostPlan(
        name="周例会",
        place="经管楼301 会议室",
        standard="准时到会；议题提前一天送达。",
        capacity=12,
        times=(Weekly(weekday=MON, at=(time(14, 0),), minutes=90),),
    )
    return Plan(
        kind="meeting",
        name="党总支周例会",
        description="通报一周工作，研究发展党员、岗位安排和学生事务。",
        posts=(post,),
        past=(0.75, 1.0),
        ahead=(0.6, 0.9),
        standings=Standings.LEADER,
    )


def _theme_days() -> Iterator[Plan]:
    """Twice a term each student branch meets."""
    for n, branch in enumerate(STUDENT_BRANCHES):
        post = PostPlan(
            name="主题党日",
            place=f"经管楼{n % 5 + 1}10 党员活动室",
            standard="佩戴党徽，准时到会；因故不能参加的提前请假。",
            capacity=24,
            times=(Weekly(weekday=(MON, TUE)[n % 2], at=(time(16, 5),), minutes=95, weeks=range(5, 15, 9)),),
        )
        yield Plan(
            kind="meeting",
            unit=branch.name,
            name=f"{branch.name}主题党日",
            description="重温入党誓词，通报支部工作，围绕一个主题讨论。",
            posts=(post,),
            past=(0.6, 0.8),
            ahead=(0.5, 0.8),
            stages=Stages.PROBATIONARY | Stages.FULL,
        )


def _exchange() -> Plan:
    post = PostPlan(
        name="交流与讨论",
        place="经管楼报告厅",
        standard="发言不超过十分钟；材料会前三天送组织者汇编。",
        capacity=60,
        times=(Once(week=13, weekday=FRI, at=(time(14, 0),), minutes=120, term=2),),
    )
    return Plan(
        kind="meeting",
        name="思政工作经验交流会",
        description="每年一次：支部书记、辅导员和学生党员交流带班、帮扶和岗位工作的经验。",
        posts=(post,),
        ahead=(0.5, 0.8),
        closes=-1,
    )


def _course(name: str, term: int, closes: int | None = None) -> Plan:
    post = PostPlan(
        name="集中授课",
        place="经管楼报告厅",
        standard="不迟到早退；缺课两次以上不予结业。",
        capacity=60,
        times=(Weekly(weekday=FRI, at=(time(14, 0),), minutes=95, weeks=range(10, 16), terms=(term,)),),
    )
    return Plan(
        kind="party_school",
        name=name,
        description="业余党校六讲：党的性质、宗旨、纪律、历史、入党程序、入党动机。",
        posts=(post,),
        past=(0.8, 0.95),
        ahead=(0.8, 0.95),
        closes=closes,
        stages=Stages.APPLICANT | Stages.ACTIVIST,
    )


def _team(name: str, term: int, opens: int | None = None) -> Plan:
    post = PostPlan(
        name="社区问卷",
        place="红旗街道社区服务中心",
        standard="统一佩戴实践证；问卷当场复核；照片只拍场景，不拍受访者。",
        capacity=12,
        times=(Weekly(weekday=SAT, at=(time(9, 0),), minutes=240, weeks=range(14, 18), terms=(term,)),),
    )
    return Plan(
        kind="practice_team",
        name=name,
        description="以班级为单位组队，到社区调研消费与养老需求，形成报告送街道参考。",
        risks="校外活动；天气寒冷。",
        safeguards="三人以上同行；带队教师全程参加；学校统一投保。",
        posts=(post,),
        past=(0.7, 1.1),
        opens=opens,
        standings=Standings.STUDENT,
    )


PROGRAMME = (
    _energy(),
    _cleaning(),
    _elder_care(),
    _donation(),
    _blood(),
    *_study(),
    _reception(),
    _meeting(),
    *_theme_days(),
    _exchange(),
    _course("入党积极分子培训班（上学年）", 1),
    _course("入党积极分子培训班（本学期）", 2, closes=-9),
    _team("市场调研实践队（上学年）", 1),
    _team("市场调研实践队（本学期）", 2, opens=3),
)
