<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Adding</name>
    <message numerus="yes">
        <source>%n picture(s) added.</source>
        <translation>
            <numerusform>已添加 %n 张图片。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Stopped: %n picture(s) were added, undo takes them away.</source>
        <translation>
            <numerusform>已停止：添加了 %n 张图片，撤销可将其移除。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) were there already.</source>
        <translation>
            <numerusform>%n 张图片已在项目中。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) were left out:</source>
        <translation>
            <numerusform>%n 个文件未添加：</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AnnotatePage</name>
    <message>
        <source>No project is open</source>
        <translation>没有打开的项目</translation>
    </message>
    <message>
        <source>Open or make one to begin.</source>
        <translation>打开或新建一个项目，即可开始。</translation>
    </message>
    <message>
        <source>Add a folder of pictures, or drop one here. Files stay where they are.</source>
        <translation>添加一个图片文件夹，或把它拖到这里。文件保留在原处。</translation>
    </message>
    <message>
        <source>No pictures yet</source>
        <translation>还没有图片</translation>
    </message>
    <message>
        <source>The file has changed since it was added: it was {old}, now it is {new}. Boxes may be off.</source>
        <translation>该文件在加入项目之后有改动：原来是 {old}，现在是 {new}。框的位置可能不准。</translation>
    </message>
    <message>
        <source>The file has changed since it was annotated. Boxes were kept; see Check.</source>
        <translation>文件在标注之后有改动。框已保留；请查看“体检”。</translation>
    </message>
    <message>
        <source>No picture in the list is untouched.</source>
        <translation>列表中没有未处理的图片。</translation>
    </message>
    <message>
        <source>The previous picture has no regions that are not here already.</source>
        <translation>上一张图片没有这里缺少的区域。</translation>
    </message>
    <message>
        <source>Folder of pictures</source>
        <translation>图片文件夹</translation>
    </message>
    <message>
        <source>Pictures ({endings})</source>
        <translation>图片 ({endings})</translation>
    </message>
    <message>
        <source>Add pictures</source>
        <translation>添加图片</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Add pictures…</source>
        <translation>添加图片…</translation>
    </message>
</context>
<context>
    <name>Annotator</name>
    <message>
        <source>A model was being asked about pictures: {done} of {total}.</source>
        <translation>正在向模型询问图片：已完成 {done} / {total}。</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>查看</translation>
    </message>
</context>
<context>
    <name>AnswerText</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>全选</translation>
    </message>
</context>
<context>
    <name>AnswerView</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Add to project</source>
        <translation>加入项目</translation>
    </message>
    <message>
        <source>Copy the answer as the model wrote it</source>
        <translation>复制模型的原始回答</translation>
    </message>
    <message>
        <source>Answer again; this version stays</source>
        <translation>重新回答；这一版会保留</translation>
    </message>
    <message>
        <source>Show the tokens as the model wrote them</source>
        <translation>按模型的原样显示记号</translation>
    </message>
    <message>
        <source>The version before</source>
        <translation>上一版</translation>
    </message>
    <message>
        <source>The next version</source>
        <translation>下一版</translation>
    </message>
    <message>
        <source>Version {place} of {count}</source>
        <translation>第 {place} 版，共 {count} 版</translation>
    </message>
    <message>
        <source>Thinking…</source>
        <translation>思考中…</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>The model answered with nothing.</source>
        <translation>模型没有给出任何回答。</translation>
    </message>
    <message>
        <source>The answer reached its length limit. The settings say how long one may be.</source>
        <translation>回答达到了长度上限。上限可以在设置里更改。</translation>
    </message>
    <message>
        <source>The answer goes on: {count} characters. Copy or export it to read all of it.</source>
        <translation>回答还没有显示完：共 {count} 个字符。复制或导出即可阅读全文。</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Corrected by hand</source>
        <translation>已手工更正</translation>
    </message>
    <message>
        <source>{count} token</source>
        <translation>{count} 个 token</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 个 token</translation>
    </message>
    <message>
        <source>{s:.1f} s</source>
        <translation>{s:.1f} 秒</translation>
    </message>
    <message>
        <source>{rate:.0f} tokens/s</source>
        <translation>{rate:.0f} token/秒</translation>
    </message>
</context>
<context>
    <name>Answering</name>
    <message>
        <source>The answer did not end by itself; it was ended after {count} characters.</source>
        <translation>回答一直没有结束；到 {count} 个字符时已停止。</translation>
    </message>
</context>
<context>
    <name>AskDialog</name>
    <message>
        <source>Ask a model about many pictures</source>
        <translation>向模型批量询问图片</translation>
    </message>
    <message>
        <source>cat, red cup, …</source>
        <translation>猫, 红杯子, …</translation>
    </message>
    <message>
        <source>Add a ref of the project</source>
        <translation>添加项目中的指代</translation>
    </message>
    <message>
        <source>Everything the model sees</source>
        <translation>模型看到的所有东西</translation>
    </message>
    <message>
        <source>Propose again what I rejected before</source>
        <translation>重新建议我拒绝过的框</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>No picture passes the filter.</source>
        <translation>没有符合筛选条件的图片。</translation>
    </message>
    <message>
        <source>Type the refs to look for, with commas between them.</source>
        <translation>请输入要查找的指代，用逗号分隔。</translation>
    </message>
    <message>
        <source>Type the question.</source>
        <translation>请输入问题。</translation>
    </message>
    <message>
        <source>Choose who answers.</source>
        <translation>请选择由谁回答。</translation>
    </message>
    <message>
        <source>Describe this picture in one sentence.</source>
        <translation>用一句话描述这张图片。</translation>
    </message>
    <message>
        <source>Empty: the refs that each picture has</source>
        <translation>留空：每张图片已有的指代</translation>
    </message>
    <message>
        <source>Asked once for each picture. Answers wait as drafts until you take them.</source>
        <translation>每张图片问一次。回答先作为草稿，由您采纳后才生效。</translation>
    </message>
    <message>
        <source>Asked once for each picture; each box keeps the name that the model gives it.</source>
        <translation>每张图片问一次；每个框使用模型给出的名称。</translation>
    </message>
    <message>
        <source>Asked for each ref, in place of {ref}. Boxes wait until you take them.</source>
        <translation>对每个指代各问一次，{ref} 处替换为指代。框由您采纳后才生效。</translation>
    </message>
    <message>
        <source>Your boxes stay as they are; where the model differs is listed, worst first.</source>
        <translation>您的框保持不变；模型与之不同的地方会列出，差异最大的在前。</translation>
    </message>
    <message numerus="yes">
        <source>Ask about %n picture(s)</source>
        <translation>
            <numerusform>询问 %n 张图片</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) pass the filter</source>
        <translation>
            <numerusform>%n 张图片符合筛选条件</numerusform>
        </translation>
    </message>
    <message>
        <source>Boxes to take</source>
        <translation>待采纳的框</translation>
    </message>
    <message>
        <source>Differences from mine</source>
        <translation>与我的标注的差异</translation>
    </message>
    <message>
        <source>Draft answers</source>
        <translation>回答草稿</translation>
    </message>
    <message>
        <source>Refs</source>
        <translation>指代</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Longest answer, in tokens</source>
        <translation>回答最长 token 数</translation>
    </message>
    <message>
        <source>Boxes differ below an overlap of</source>
        <translation>重叠度低于此值视为差异</translation>
    </message>
    <message>
        <source>What is asked</source>
        <translation>问什么</translation>
    </message>
    <message>
        <source>Which pictures</source>
        <translation>哪些图片</translation>
    </message>
    <message>
        <source>Who answers</source>
        <translation>谁来回答</translation>
    </message>
    <message>
        <source>How</source>
        <translation>如何询问</translation>
    </message>
</context>
<context>
    <name>BatchBar</name>
    <message>
        <source>{selected} of {shown} selected</source>
        <translation>已选 {selected} / {shown}</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s)</source>
        <translation>
            <numerusform>%n 张图片</numerusform>
        </translation>
    </message>
    <message>
        <source>Split</source>
        <translation>数据划分</translation>
    </message>
</context>
<context>
    <name>BeforeAfter</name>
    <message>
        <source>Now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>Then</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>All of it is deleted.</source>
        <translation>将全部删除。</translation>
    </message>
</context>
<context>
    <name>BeforeAfterView</name>
    <message>
        <source>Before and after</source>
        <translation>训练前后</translation>
    </message>
    <message>
        <source>Phrase</source>
        <translation>短语</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Acc@0.5 of each phrase, what got worse first</source>
        <translation>各短语的 Acc@0.5，变差的在前</translation>
    </message>
    <message>
        <source>Which answer</source>
        <translation>哪一个回答</translation>
    </message>
    <message>
        <source>Acc@0.5</source>
        <translation>Acc@0.5</translation>
    </message>
    <message>
        <source>mean IoU</source>
        <translation>平均 IoU</translation>
    </message>
    <message>
        <source>unreadable answers</source>
        <translation>无法解析的回答</translation>
    </message>
    <message>
        <source>validation loss</source>
        <translation>验证损失</translation>
    </message>
    <message>
        <source>Step {first} to {last}: </source>
        <translation>第 {first} 到 {last} 步：</translation>
    </message>
    <message numerus="yes">
        <source>%n phrase(s) got worse, first of all: {names}</source>
        <translation>
            <numerusform>%n 个短语变差，首先是：{names}</numerusform>
        </translation>
    </message>
    <message>
        <source>No phrase got worse.</source>
        <translation>没有短语变差。</translation>
    </message>
    <message>
        <source>This run told no figures of single phrases.</source>
        <translation>此次训练没有给出各短语的数据。</translation>
    </message>
</context>
<context>
    <name>BoxesFrame</name>
    <message>
        <source>Pictures with suggestions</source>
        <translation>有建议的图片</translation>
    </message>
    <message>
        <source>Suggestions on this picture</source>
        <translation>此图片上的建议</translation>
    </message>
    <message>
        <source>On this picture</source>
        <translation>此图片上</translation>
    </message>
    <message>
        <source>Position in the list</source>
        <translation>在列表中的位置</translation>
    </message>
    <message>
        <source>Many…</source>
        <translation>批量…</translation>
    </message>
    <message>
        <source>All on this picture, or all of the list</source>
        <translation>此图片的全部，或整个列表</translation>
    </message>
    <message>
        <source>Take all of the list that overlap none of yours</source>
        <translation>采纳列表中与您的框不重叠的全部框</translation>
    </message>
    <message>
        <source>Take all of the list</source>
        <translation>采纳列表中的全部</translation>
    </message>
    <message>
        <source>Reject all of the list</source>
        <translation>拒绝列表中的全部</translation>
    </message>
</context>
<context>
    <name>BoxesView</name>
    <message numerus="yes">
        <source>%n picture(s) to go through</source>
        <translation>
            <numerusform>%n 张图片待审阅</numerusform>
        </translation>
    </message>
    <message>
        <source>Take</source>
        <translation>采纳</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>Delete mine</source>
        <translation>删除我的</translation>
    </message>
    <message>
        <source>Add the model&apos;s</source>
        <translation>添加模型的</translation>
    </message>
    <message>
        <source>Take the model&apos;s</source>
        <translation>采纳模型的</translation>
    </message>
    <message>
        <source>Leave it out</source>
        <translation>不添加</translation>
    </message>
    <message>
        <source>Keep mine</source>
        <translation>保留我的</translation>
    </message>
    <message>
        <source>Enter takes, Del rejects, Tab goes on. Drag or nudge a box to put it right: so it is taken. F2 changes the ref, Shift+Enter takes all on this picture.</source>
        <translation>回车采纳，Del 拒绝，Tab 看下一个。拖动或微调框即以改正后的位置采纳。F2 修改指代，Shift+回车采纳此图片的全部。</translation>
    </message>
    <message>
        <source>Dashed is the model, solid is yours. Enter takes the model&apos;s, Del keeps yours, Tab goes on. Drag either box to put it right.</source>
        <translation>虚线是模型的，实线是您的。回车采纳模型的，Del 保留您的，Tab 看下一个。拖动任一框可改正。</translation>
    </message>
</context>
<context>
    <name>Browser</name>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Show all pictures</source>
        <translation>显示全部图片</translation>
    </message>
    <message>
        <source>Show all conversations</source>
        <translation>显示全部对话</translation>
    </message>
    <message>
        <source>Only without conversations</source>
        <translation>仅显示没有对话的</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s)</source>
        <translation>
            <numerusform>%n 张图片</numerusform>
        </translation>
    </message>
    <message>
        <source>Looking for faults…</source>
        <translation>正在查找问题…</translation>
    </message>
    <message>
        <source>Looking for faults: {count}</source>
        <translation>正在查找问题：{count}</translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s)</source>
        <translation>
            <numerusform>%n 段对话</numerusform>
        </translation>
    </message>
    <message>
        <source>No picture matches the filter.</source>
        <translation>没有符合筛选条件的图片。</translation>
    </message>
    <message>
        <source>No conversation matches the filter.</source>
        <translation>没有符合筛选条件的对话。</translation>
    </message>
    <message>
        <source>Filter by name</source>
        <translation>按名称筛选</translation>
    </message>
    <message>
        <source>Search in questions and answers</source>
        <translation>在问题和回答中搜索</translation>
    </message>
</context>
<context>
    <name>BusyCard</name>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Give up</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Esc; everything stays as it was</source>
        <translation>Esc；一切保持原样</translation>
    </message>
    <message>
        <source>{share:.0%} of {count} changes</source>
        <translation>已完成 {count} 处更改的 {share:.0%}</translation>
    </message>
    <message>
        <source>Taking it back…</source>
        <translation>正在撤回…</translation>
    </message>
</context>
<context>
    <name>CacheField</name>
    <message>
        <source>Empty now</source>
        <translation>立即清空</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>Emptying…</source>
        <translation>正在清空…</translation>
    </message>
    <message>
        <source>Now: {size}</source>
        <translation>现有：{size}</translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>Canvas</source>
        <translation>画布</translation>
    </message>
</context>
<context>
    <name>CanvasBar</name>
    <message>
        <source>Position in the list</source>
        <translation>在列表中的位置</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>All actions and their keys</source>
        <translation>所有操作及其快捷键</translation>
    </message>
</context>
<context>
    <name>CardList</name>
    <message>
        <source>Show more ({count} left)</source>
        <translation>显示更多（还有 {count} 段）</translation>
    </message>
</context>
<context>
    <name>CardView</name>
    <message>
        <source>Mend</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>聊天</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Take off this list; the files stay</source>
        <translation>从列表中移除；文件保留</translation>
    </message>
    <message>
        <source>Comes with the program</source>
        <translation>随程序附带</translation>
    </message>
    <message>
        <source>{hub}, commit {commit}</source>
        <translation>{hub}，提交 {commit}</translation>
    </message>
    <message>
        <source>on {base}</source>
        <translation>基于 {base}</translation>
    </message>
    <message>
        <source>Acc@0.5 {score}</source>
        <translation>Acc@0.5 {score}</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Check every file again</source>
        <translation>重新校验每个文件</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>移到回收站</translation>
    </message>
</context>
<context>
    <name>ChatClient</name>
    <message>
        <source>The model&apos;s process ended in the middle of the answer.</source>
        <translation>模型进程在回答途中结束了。</translation>
    </message>
    <message>
        <source>The model said nothing for a long time. Try again, or choose a smaller model.</source>
        <translation>模型很久没有响应。请重试，或选择更小的模型。</translation>
    </message>
    <message>
        <source>The connection to the model broke off: {reason}.</source>
        <translation>与模型的连接中断：{reason}。</translation>
    </message>
</context>
<context>
    <name>ChatPage</name>
    <message>
        <source>No model yet</source>
        <translation>还没有模型</translation>
    </message>
    <message>
        <source>Add a model folder on the Models page, then ask it about a picture.</source>
        <translation>先在“模型”页添加模型文件夹，然后就可以就图片提问。</translation>
    </message>
    <message>
        <source>Go to Models</source>
        <translation>前往“模型”</translation>
    </message>
    <message>
        <source>Ask about a picture</source>
        <translation>就图片提问</translation>
    </message>
    <message>
        <source>Add a picture, then ask where something is, what is in it, or how many there are.</source>
        <translation>添加一张图片，然后问某个东西在哪里、里面有什么、有多少个。</translation>
    </message>
    <message>
        <source>Find the red circle.</source>
        <translation>框出红色圆形</translation>
    </message>
    <message>
        <source>How many circles are there?</source>
        <translation>有几个圆形？</translation>
    </message>
    <message>
        <source>What is in this picture?</source>
        <translation>这张图片里有什么？</translation>
    </message>
    <message>
        <source>Find the largest object.</source>
        <translation>框出最大的物体。</translation>
    </message>
    <message>
        <source>Open a project first, to take pictures from it.</source>
        <translation>请先打开一个项目，才能从中选取图片。</translation>
    </message>
    <message>
        <source>Add pictures to the question</source>
        <translation>给问题添加图片</translation>
    </message>
    <message>
        <source>Files can be dropped anywhere on the page too.</source>
        <translation>也可以把文件拖放到页面的任意位置。</translation>
    </message>
    <message>
        <source>Open or create a project first, then add the chat to it.</source>
        <translation>请先打开或新建一个项目，再把对话加入其中。</translation>
    </message>
    <message>
        <source>The chat is added to the project</source>
        <translation>正在把聊天加入项目</translation>
    </message>
    <message>
        <source>Added to the project: a conversation to learn from</source>
        <translation>已加入项目：一段用来学习的对话</translation>
    </message>
    <message>
        <source>boxes: {count}</source>
        <translation>框：{count}</translation>
    </message>
    <message>
        <source>pictures: {count}</source>
        <translation>图片：{count}</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Show it</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Keep this chat as a conversation to learn from</source>
        <translation>把这次聊天保存为可供学习的对话</translation>
    </message>
    <message>
        <source>Open a project first</source>
        <translation>请先打开一个项目</translation>
    </message>
</context>
<context>
    <name>Chats</name>
    <message>
        <source>The project can only be read.</source>
        <translation>该项目只能读取。</translation>
    </message>
</context>
<context>
    <name>ChildCommand</name>
    <message>
        <source>The process cannot be started: {reason}</source>
        <translation>无法启动进程：{reason}</translation>
    </message>
    <message>
        <source>The process ended unexpectedly: it crashed, was killed, or ran out of memory.</source>
        <translation>进程意外结束：崩溃、被终止或内存不足。</translation>
    </message>
    <message>
        <source>Exit code {code}.</source>
        <translation>退出码 {code}。</translation>
    </message>
</context>
<context>
    <name>Column</name>
    <message>
        <source>Not asked yet</source>
        <translation>还没有提问</translation>
    </message>
    <message>
        <source>Ask it too</source>
        <translation>也问它</translation>
    </message>
    <message>
        <source>The next question goes on from this answer (Alt+Shift+{number})</source>
        <translation>下一个问题接着这个回答（Alt+Shift+{number}）</translation>
    </message>
    <message>
        <source>Compare without {name}</source>
        <translation>不再比较 {name}</translation>
    </message>
    <message>
        <source>Goes on here</source>
        <translation>由此继续</translation>
    </message>
    <message>
        <source>Go on from here</source>
        <translation>从这里继续</translation>
    </message>
</context>
<context>
    <name>Compare</name>
    <message>
        <source>Without an adapter</source>
        <translation>不用适配器</translation>
    </message>
    <message>
        <source>Other servers</source>
        <translation>其他服务器</translation>
    </message>
    <message>
        <source>Another server…</source>
        <translation>另一个服务器…</translation>
    </message>
    <message>
        <source>Checkpoints of {name}</source>
        <translation>{name} 的检查点</translation>
    </message>
</context>
<context>
    <name>CompareDesk</name>
    <message>
        <source>The model was unloaded before it answered.</source>
        <translation>模型在回答之前被卸载了。</translation>
    </message>
</context>
<context>
    <name>ComparePicture</name>
    <message>
        <source>No picture yet</source>
        <translation>还没有图片</translation>
    </message>
    <message>
        <source>Add one to the question: all boxes are drawn on it here.</source>
        <translation>给问题添加一张图片：所有的框都会画在这里。</translation>
    </message>
    <message>
        <source>Legend: whose boxes are shown</source>
        <translation>图例：显示谁的框</translation>
    </message>
    <message>
        <source>Hide or show the boxes of {name} (Alt+{number})</source>
        <translation>隐藏或显示 {name} 的框（Alt+{number}）</translation>
    </message>
    <message>
        <source>{drawn} of {total} boxes are drawn.</source>
        <translation>共 {total} 个框，画出 {drawn} 个。</translation>
    </message>
</context>
<context>
    <name>CompareView</name>
    <message>
        <source>Compare runs</source>
        <translation>比较训练</translation>
    </message>
    <message>
        <source>Which curve</source>
        <translation>哪条曲线</translation>
    </message>
    <message>
        <source>Smoothing of the curves</source>
        <translation>曲线的平滑程度</translation>
    </message>
    <message>
        <source>Smoothing {weight}</source>
        <translation>平滑 {weight}</translation>
    </message>
    <message>
        <source>As it is</source>
        <translation>不平滑</translation>
    </message>
    <message>
        <source>Curves of the chosen runs</source>
        <translation>所选训练的曲线</translation>
    </message>
    <message>
        <source>Step {step}</source>
        <translation>第 {step} 步</translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation>平滑</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>Validation loss</source>
        <translation>验证损失</translation>
    </message>
    <message>
        <source>Validation Acc@0.5</source>
        <translation>验证 Acc@0.5</translation>
    </message>
    <message>
        <source>Validation mean IoU</source>
        <translation>验证平均 IoU</translation>
    </message>
    <message>
        <source>Unreadable answers</source>
        <translation>无法读取的回答</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Gradient norm</source>
        <translation>梯度范数</translation>
    </message>
    <message>
        <source>Add to the comparison</source>
        <translation>添加到比较</translation>
    </message>
    <message>
        <source>Answers side by side</source>
        <translation>并排的回答</translation>
    </message>
    <message>
        <source>Add at least two: models, adapters, checkpoints of a run, or other servers.</source>
        <translation>至少添加两个：模型、适配器、某次训练的检查点，或其他服务器。</translation>
    </message>
    <message>
        <source>Your question goes to all of them at once.</source>
        <translation>你的问题会同时发给所有对象。</translation>
    </message>
    <message>
        <source>{count} models are held in memory at a time.</source>
        <translation>内存中同时保留 {count} 个模型。</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Ask about the picture…</source>
        <translation>就图片提问…</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Choose pictures</source>
        <translation>选择图片</translation>
    </message>
    <message>
        <source>Point: drag a box on the picture and ask about it</source>
        <translation>指点：在图片上拖出一个框，就它提问</translation>
    </message>
    <message>
        <source>Add pictures (or drop them, or paste)</source>
        <translation>添加图片（也可以拖放或粘贴）</translation>
    </message>
    <message>
        <source>Add pictures</source>
        <translation>添加图片</translation>
    </message>
    <message>
        <source>Choose files…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>From the project…</source>
        <translation>从项目中选取…</translation>
    </message>
    <message>
        <source>Point at a place in the picture</source>
        <translation>在图片上指点一处</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop the answer (Esc)</source>
        <translation>停止回答（Esc）</translation>
    </message>
    <message>
        <source>Pictures ({patterns})</source>
        <translation>图片 ({patterns})</translation>
    </message>
    <message>
        <source>Take {name} away</source>
        <translation>移除 {name}</translation>
    </message>
</context>
<context>
    <name>Contents</name>
    <message>
        <source>Search the help</source>
        <translation>搜索帮助</translation>
    </message>
    <message>
        <source>Contents</source>
        <translation>目录</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>搜索结果</translation>
    </message>
    <message>
        <source>Nothing holds these words. Try fewer, or another word for it.</source>
        <translation>没有找到这些词。试试少几个词，或换一种说法。</translation>
    </message>
</context>
<context>
    <name>ConversationCard</name>
    <message>
        <source>As its picture</source>
        <translation>与图片相同</translation>
    </message>
    <message>
        <source>Add a turn</source>
        <translation>添加一轮</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>已手动修改</translation>
    </message>
    <message>
        <source>Conversation {number}</source>
        <translation>对话 {number}</translation>
    </message>
    <message>
        <source>More about this conversation</source>
        <translation>这段对话的更多操作</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>划分</translation>
    </message>
    <message>
        <source>Add a system turn</source>
        <translation>添加系统轮</translation>
    </message>
    <message>
        <source>Duplicate the conversation (Ctrl+Shift+D)</source>
        <translation>复制对话 (Ctrl+Shift+D)</translation>
    </message>
    <message>
        <source>Delete the conversation (Ctrl+Del)</source>
        <translation>删除对话 (Ctrl+Del)</translation>
    </message>
</context>
<context>
    <name>ConversationDelegate</name>
    <message>
        <source>(no question)</source>
        <translation>（没有问题）</translation>
    </message>
    <message>
        <source>(no answer)</source>
        <translation>（没有回答）</translation>
    </message>
</context>
<context>
    <name>ConversationModel</name>
    <message>
        <source>(no question)</source>
        <translation>（没有问题）</translation>
    </message>
</context>
<context>
    <name>ConversationsPage</name>
    <message>
        <source>New</source>
        <translation>新建</translation>
    </message>
    <message>
        <source>From template…</source>
        <translation>用模板生成…</translation>
    </message>
    <message>
        <source>Go to Annotate</source>
        <translation>前往“标注”</translation>
    </message>
    <message>
        <source>No project is open</source>
        <translation>没有打开的项目</translation>
    </message>
    <message>
        <source>Open or make one to begin.</source>
        <translation>打开或新建一个项目，即可开始。</translation>
    </message>
    <message>
        <source>No pictures yet</source>
        <translation>还没有图片</translation>
    </message>
    <message>
        <source>Conversations are about pictures. Add some on the Annotate page.</source>
        <translation>对话是关于图片的。请先在“标注”页添加图片。</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>Change what is asked at the left.</source>
        <translation>请修改左侧的条件。</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>No conversations</source>
        <translation>没有对话</translation>
    </message>
    <message>
        <source>Make them from boxes with “From template…”, or choose a picture and write one.</source>
        <translation>点“用模板生成…”由框生成，或选择一张图片来写。</translation>
    </message>
    <message numerus="yes">
        <source>Make them from the picture&apos;s %n box(es), or write one.</source>
        <translation>
            <numerusform>用这张图片的 %n 个框生成，或自己写。</numerusform>
        </translation>
    </message>
    <message>
        <source>Draw boxes on the Annotate page and make them from a template, or write one.</source>
        <translation>在“标注”页画框后用模板生成，或自己写。</translation>
    </message>
    <message>
        <source>No conversations about this picture</source>
        <translation>没有关于这张图片的对话</translation>
    </message>
    <message>
        <source>The conversation was deleted. Undo brings it back.</source>
        <translation>对话已删除，可以撤销。</translation>
    </message>
    <message>
        <source>Write a conversation about this picture</source>
        <translation>为这张图片写一段对话</translation>
    </message>
    <message>
        <source>Make conversations from boxes</source>
        <translation>用框生成对话</translation>
    </message>
    <message>
        <source>What the model sees</source>
        <translation>模型所见</translation>
    </message>
</context>
<context>
    <name>CurveFiles</name>
    <message>
        <source>CSV…</source>
        <translation>CSV…</translation>
    </message>
    <message>
        <source>Picture…</source>
        <translation>图片…</translation>
    </message>
    <message>
        <source>the picture cannot be written</source>
        <translation>图片无法写入</translation>
    </message>
    <message>
        <source>Save the curves</source>
        <translation>保存曲线</translation>
    </message>
    <message>
        <source>Save the picture</source>
        <translation>保存图片</translation>
    </message>
</context>
<context>
    <name>Curves</name>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>Unreadable answers</source>
        <translation>无法读取的回答</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Gradient norm</source>
        <translation>梯度范数</translation>
    </message>
    <message>
        <source>training, smoothed</source>
        <translation>训练（平滑）</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>Acc@0.5</source>
        <translation>Acc@0.5</translation>
    </message>
    <message>
        <source>mean IoU</source>
        <translation>平均 IoU</translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation>第 {step} 步</translation>
    </message>
</context>
<context>
    <name>DataBox</name>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Model: there is none on this machine. Add one on the Models page.</source>
        <translation>模型：本机上还没有模型。请在“模型”页添加。</translation>
    </message>
    <message>
        <source>Data: there is no conversation to learn from that is not held out.</source>
        <translation>数据：除留出的以外，没有可供学习的对话。</translation>
    </message>
    <message>
        <source>This project: {name}</source>
        <translation>当前项目：{name}</translation>
    </message>
    <message>
        <source>Open a project, or choose a data file</source>
        <translation>打开一个项目，或选择数据文件</translation>
    </message>
    <message>
        <source>Data to learn from</source>
        <translation>用于学习的数据</translation>
    </message>
    <message>
        <source>Projects and data files (*.qvl *.json *.jsonl);;All files (*)</source>
        <translation>项目和数据文件 (*.qvl *.json *.jsonl);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在计数…</translation>
    </message>
    <message>
        <source>Nothing to learn from yet.</source>
        <translation>还没有可学习的内容。</translation>
    </message>
    <message>
        <source>There are no conversations to learn from yet. Make them on the Conversations page.</source>
        <translation>还没有可供学习的对话。请在“对话”页生成。</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s)</source>
        <translation>
            <numerusform>%n 张图片</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s)</source>
        <translation>
            <numerusform>%n 段对话</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of them held out</source>
        <translation>
            <numerusform>其中 %n 段留出</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) cannot be used</source>
        <translation>
            <numerusform>%n 条记录无法使用</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DownloadForm</name>
    <message>
        <source>newest; or a branch, tag or commit</source>
        <translation>最新；或分支、标签、提交</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>更改…</translation>
    </message>
    <message>
        <source>Take PyTorch files (.bin)</source>
        <translation>接受 PyTorch 文件（.bin）</translation>
    </message>
    <message>
        <source>This repository has its weights only in an older format that can carry code. They are read as plain numbers here, and a file with code in it is refused.</source>
        <translation>该仓库的权重只有一种可以夹带代码的旧格式。本程序只把它们当作纯数字读取，含有代码的文件会被拒绝。</translation>
    </message>
    <message>
        <source>Key from your account there</source>
        <translation>该站点账号里的访问令牌</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>访问令牌</translation>
    </message>
    <message>
        <source>Log in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>From</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Mirror</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Revision</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>To</source>
        <translation>保存到</translation>
    </message>
    <message>
        <source>Repository</source>
        <translation>仓库</translation>
    </message>
    <message>
        <source>Asking {hub} how large it is…</source>
        <translation>正在向 {hub} 询问大小…</translation>
    </message>
    <message>
        <source>Logging in…</source>
        <translation>正在登录…</translation>
    </message>
    <message>
        <source>none; for instance {address}</source>
        <translation>无；例如 {address}</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>{size} in {count} files; {free} free there.</source>
        <translation>共 {size}，{count} 个文件；该处剩余 {free}。</translation>
    </message>
    <message>
        <source>Needs {size}, {free} free there: choose another folder, or make room.</source>
        <translation>需要 {size}，该处只剩 {free}：请另选文件夹或腾出空间。</translation>
    </message>
    <message>
        <source>Licence: {licence}.</source>
        <translation>许可：{licence}。</translation>
    </message>
    <message>
        <source>Commit {commit}.</source>
        <translation>提交 {commit}。</translation>
    </message>
    <message>
        <source>Folder for models</source>
        <translation>存放模型的文件夹</translation>
    </message>
</context>
<context>
    <name>DownloadList</name>
    <message>
        <source>Downloads</source>
        <translation>下载</translation>
    </message>
</context>
<context>
    <name>DownloadRow</name>
    <message>
        <source>{hub}, to {folder}</source>
        <translation>{hub}，保存到 {folder}</translation>
    </message>
    <message>
        <source>How far the download is</source>
        <translation>下载进度</translation>
    </message>
    <message>
        <source>Pause; what is here stays</source>
        <translation>暂停；已下载的会保留</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Cancel and delete what came</source>
        <translation>取消并删除已下载的部分</translation>
    </message>
    <message>
        <source>{problem} Trying again…</source>
        <translation>{problem} 正在重试…</translation>
    </message>
</context>
<context>
    <name>Downloads</name>
    <message>
        <source>{name} is here, every file checked. It needs no network from now on.</source>
        <translation>{name} 已下载完成，每个文件都已校验。今后使用不需要网络。</translation>
    </message>
    <message>
        <source>{name}: the download stopped. {problem}</source>
        <translation>{name}：下载已停止。{problem}</translation>
    </message>
</context>
<context>
    <name>DraftsView</name>
    <message>
        <source>Drafts</source>
        <translation>草稿</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Take</source>
        <translation>采纳</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>拒绝</translation>
    </message>
    <message numerus="yes">
        <source>%n draft(s) to go through</source>
        <translation>
            <numerusform>%n 个草稿待审阅</numerusform>
        </translation>
    </message>
    <message>
        <source>Answered by {model}</source>
        <translation>由 {model} 回答</translation>
    </message>
    <message numerus="yes">
        <source>%n draft(s) gone through.</source>
        <translation>
            <numerusform>已处理 %n 个草稿。</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Taking all drafts</source>
        <translation>正在采纳全部草稿</translation>
    </message>
    <message>
        <source>Rejecting all drafts</source>
        <translation>正在拒绝全部草稿</translation>
    </message>
    <message>
        <source>Position in the list</source>
        <translation>在列表中的位置</translation>
    </message>
    <message>
        <source>Many…</source>
        <translation>批量…</translation>
    </message>
    <message>
        <source>Take all drafts of the list</source>
        <translation>采纳列表中的全部草稿</translation>
    </message>
    <message>
        <source>Reject all drafts of the list</source>
        <translation>拒绝列表中的全部草稿</translation>
    </message>
    <message>
        <source>Open in Annotate</source>
        <translation>在“标注”中打开</translation>
    </message>
</context>
<context>
    <name>DropHint</name>
    <message numerus="yes">
        <source>New project with %n picture(s)</source>
        <translation>
            <numerusform>用 %n 张图片新建项目</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Editing</name>
    <message numerus="yes">
        <source>%n box(es) now belong to the picture named last before. Undo takes it back.</source>
        <translation>
            <numerusform>有 %n 个框现在属于在它前面最后提到的图片，可以撤销。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EngineSupervisor</name>
    <message>
        <source>The model&apos;s process cannot be started: {reason}</source>
        <translation>无法启动模型进程：{reason}</translation>
    </message>
    <message>
        <source>The model&apos;s process ended unexpectedly: it crashed, was killed, or ran out of memory.</source>
        <translation>模型进程意外结束：崩溃、被终止，或内存不足。</translation>
    </message>
    <message>
        <source>The model&apos;s process ended unexpectedly (exit code {code}).</source>
        <translation>模型进程意外结束（退出码 {code}）。</translation>
    </message>
</context>
<context>
    <name>EvaluationView</name>
    <message>
        <source>Evaluation: before and after</source>
        <translation>评测：之前与之后</translation>
    </message>
    <message>
        <source>Phrase</source>
        <translation>短语</translation>
    </message>
    <message>
        <source>F1 before</source>
        <translation>之前 F1</translation>
    </message>
    <message>
        <source>F1 after</source>
        <translation>之后 F1</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Answers that got worse</source>
        <translation>变差的回答</translation>
    </message>
    <message>
        <source>All answers, worst first</source>
        <translation>全部回答，最差的在前</translation>
    </message>
    <message>
        <source>Open it</source>
        <translation>打开</translation>
    </message>
    <message numerus="yes">
        <source>%n phrase(s) got worse, first of all: {names}</source>
        <translation>
            <numerusform>%n 个短语变差，首先是：{names}</numerusform>
        </translation>
    </message>
    <message>
        <source>No phrase got worse.</source>
        <translation>没有短语变差。</translation>
    </message>
    <message>
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <source>Acc@0.5</source>
        <translation>Acc@0.5</translation>
    </message>
    <message>
        <source>precision</source>
        <translation>精确率</translation>
    </message>
    <message>
        <source>recall</source>
        <translation>召回率</translation>
    </message>
    <message>
        <source>mean IoU</source>
        <translation>平均 IoU</translation>
    </message>
    <message>
        <source>unreadable answers</source>
        <translation>无法读取的回答</translation>
    </message>
    <message numerus="yes">
        <source>%n question(s)</source>
        <translation>
            <numerusform>%n 个问题</numerusform>
        </translation>
    </message>
    <message>
        <source>{ref}: IoU {share}</source>
        <translation>{ref}：IoU {share}</translation>
    </message>
    <message>
        <source>Nothing got worse.</source>
        <translation>没有变差的。</translation>
    </message>
    <message>
        <source>Dashed: true. Blue: answered now.</source>
        <translation>虚线：真实框。蓝色：现在的回答。</translation>
    </message>
    <message>
        <source>Orange: answered before.</source>
        <translation>橙色：之前的回答。</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Say where to write it.</source>
        <translation>请指定写到哪里。</translation>
    </message>
    <message>
        <source>Writes {files}.</source>
        <translation>写入 {files}。</translation>
    </message>
    <message>
        <source>The folder is not empty; files of the same names will be replaced.</source>
        <translation>文件夹不为空；同名文件将被替换。</translation>
    </message>
    <message>
        <source>The file is there already and will be replaced.</source>
        <translation>文件已存在，将被替换。</translation>
    </message>
    <message>
        <source>Other entries of dataset_info.json stay.</source>
        <translation>dataset_info.json 中的其他条目保持不变。</translation>
    </message>
    <message>
        <source>Pictures: {count}</source>
        <translation>图片：{count}</translation>
    </message>
    <message>
        <source>Conversations: {count}</source>
        <translation>对话：{count}</translation>
    </message>
    <message>
        <source>Regions: {count}</source>
        <translation>区域：{count}</translation>
    </message>
    <message>
        <source>The regions of {count} pictures, in pixels, as {format}.</source>
        <translation>{count} 张图片的区域，以像素表示，格式为 {format}。</translation>
    </message>
    <message>
        <source>There is nothing to export.</source>
        <translation>没有可导出的内容。</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>{percent} %, about {time} left</source>
        <translation>{percent}%，约剩 {time}</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent}%</translation>
    </message>
    <message>
        <source>Records: {count}</source>
        <translation>记录：{count}</translation>
    </message>
    <message>
        <source>Exported</source>
        <translation>已导出</translation>
    </message>
    <message>
        <source>Show folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Nothing was written.</source>
        <translation>没有写入任何内容。</translation>
    </message>
    <message>
        <source>What will be written</source>
        <translation>将写入的内容</translation>
    </message>
</context>
<context>
    <name>ExportOptions</name>
    <message>
        <source>Boxes in the text</source>
        <translation>文本中的框</translation>
    </message>
    <message>
        <source>As {family} writes them</source>
        <translation>按 {family} 的写法</translation>
    </message>
    <message>
        <source>For the family of the model that will learn.</source>
        <translation>选择将要学习的模型所属的系列。</translation>
    </message>
    <message>
        <source>All splits</source>
        <translation>全部划分</translation>
    </message>
    <message>
        <source>All pictures</source>
        <translation>全部图片</translation>
    </message>
    <message>
        <source>Pictures marked done</source>
        <translation>标为已完成的图片</translation>
    </message>
    <message>
        <source>Pictures that pass the filter ({count})</source>
        <translation>符合筛选的图片（{count}）</translation>
    </message>
    <message>
        <source>Copy the pictures, too</source>
        <translation>同时复制图片</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>What</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>划分</translation>
    </message>
    <message>
        <source>Where to</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Folder to write into</source>
        <translation>写入的文件夹</translation>
    </message>
    <message>
        <source>File to write</source>
        <translation>写入的文件</translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message>
        <source>step</source>
        <translation>步</translation>
    </message>
    <message>
        <source>left</source>
        <translation>剩余</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>best {metric}, kept: step {step}</source>
        <translation>最佳 {metric}，已保留：第 {step} 步</translation>
    </message>
    <message>
        <source>best {metric}</source>
        <translation>最佳 {metric}</translation>
    </message>
    <message>
        <source>tokens a second</source>
        <translation>token/秒</translation>
    </message>
    <message>
        <source>memory</source>
        <translation>内存</translation>
    </message>
</context>
<context>
    <name>FileWatch</name>
    <message numerus="yes">
        <source>%n picture(s) changed on disk since they were annotated. Boxes were kept; Check shows them.</source>
        <translation>
            <numerusform>%n 张图片在标注之后文件有改动。框已保留；可在“体检”中查看。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture file(s) are not there. Check can find them again.</source>
        <translation>
            <numerusform>%n 个图片文件不在原处。“体检”可以重新找到它们。</numerusform>
        </translation>
    </message>
    <message>
        <source>Show</source>
        <translation>查看</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Name or folder</source>
        <translation>名称或文件夹</translation>
    </message>
    <message>
        <source>Filter pictures by name or folder</source>
        <translation>按名称或文件夹筛选图片</translation>
    </message>
    <message>
        <source>All filters</source>
        <translation>全部筛选条件</translation>
    </message>
    <message>
        <source>{condition}: click to drop it</source>
        <translation>{condition}：点击移除</translation>
    </message>
</context>
<context>
    <name>FilterButton</name>
    <message>
        <source>Filter the conversations</source>
        <translation>筛选对话</translation>
    </message>
    <message>
        <source>one picture</source>
        <translation>一张图片</translation>
    </message>
    <message>
        <source>with faults</source>
        <translation>有问题</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>划分</translation>
    </message>
    <message>
        <source>Any</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>Turns</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Made from</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Anything</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>About {name}</source>
        <translation>关于 {name}</translation>
    </message>
    <message>
        <source>With faults</source>
        <translation>有问题</translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>Without a split</source>
        <translation>未划分</translation>
    </message>
    <message numerus="yes">
        <source>At most %n turn(s)</source>
        <translation>
            <numerusform>最多 %n 轮</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>At least %n turn(s)</source>
        <translation>
            <numerusform>至少 %n 轮</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n turn(s)</source>
        <translation>
            <numerusform>%n 轮</numerusform>
        </translation>
    </message>
    <message>
        <source>{low} to {high} turns</source>
        <translation>{low} 到 {high} 轮</translation>
    </message>
    <message>
        <source>By hand or imported</source>
        <translation>手写或导入</translation>
    </message>
</context>
<context>
    <name>FilterPanel</name>
    <message>
        <source>With a ref: choose one, Enter</source>
        <translation>含指代：选择后按回车</translation>
    </message>
    <message>
        <source>Each of these refs</source>
        <translation>须含全部所选指代</translation>
    </message>
    <message>
        <source>Otherwise one of them is enough</source>
        <translation>否则含其中一个即可</translation>
    </message>
    <message>
        <source>Without a ref: choose one, Enter</source>
        <translation>不含指代：选择后按回车</translation>
    </message>
    <message>
        <source>Words of a question or answer</source>
        <translation>问题或回答中的文字</translation>
    </message>
    <message>
        <source>With or without</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>With conversations</source>
        <translation>有对话</translation>
    </message>
    <message>
        <source>Without</source>
        <translation>无对话</translation>
    </message>
    <message>
        <source>There or not</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>文件缺失</translation>
    </message>
    <message>
        <source>There</source>
        <translation>文件存在</translation>
    </message>
    <message>
        <source>Name, to keep this filter</source>
        <translation>命名以保存此筛选</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Clear all</source>
        <translation>全部清除</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s)</source>
        <translation>
            <numerusform>%n 张图片</numerusform>
        </translation>
    </message>
    <message>
        <source>Kept filters…</source>
        <translation>已保存的筛选…</translation>
    </message>
    <message>
        <source>No filter kept yet</source>
        <translation>尚无保存的筛选</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>{what}: from</source>
        <translation>{what}：从</translation>
    </message>
    <message>
        <source>{what}: to</source>
        <translation>{what}：到</translation>
    </message>
    <message>
        <source>to</source>
        <translation>至</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>数据划分</translation>
    </message>
    <message>
        <source>Ref</source>
        <translation>指代</translation>
    </message>
    <message>
        <source>Says</source>
        <translation>对话内容</translation>
    </message>
    <message>
        <source>Regions</source>
        <translation>区域数</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽度</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高度</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
</context>
<context>
    <name>FindingsView</name>
    <message>
        <source>Kinds of faults</source>
        <translation>问题种类</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Kept as they are</source>
        <translation>已保持原样的</translation>
    </message>
    <message>
        <source>Show the findings that are to stay as they are</source>
        <translation>显示已决定保持原样的问题</translation>
    </message>
    <message>
        <source>Find moved files…</source>
        <translation>查找移走的文件…</translation>
    </message>
    <message>
        <source>Go there</source>
        <translation>前往</translation>
    </message>
    <message>
        <source>Go to Annotate</source>
        <translation>前往“标注”</translation>
    </message>
    <message>
        <source>{pictures} pictures and {conversations} conversations are in order.</source>
        <translation>{pictures} 张图片和 {conversations} 段对话都没有问题。</translation>
    </message>
    <message>
        <source>Nothing to check yet</source>
        <translation>还没有可检查的内容</translation>
    </message>
    <message>
        <source>Add pictures on the Annotate page.</source>
        <translation>请在“标注”页添加图片。</translation>
    </message>
    <message>
        <source>Nothing to mend</source>
        <translation>没有需要修复的问题</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>Nothing was found so far.</source>
        <translation>目前没有发现问题。</translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>尚未检查</translation>
    </message>
    <message>
        <source>The check was stopped. Nothing was found until then.</source>
        <translation>检查已停止。此前没有发现问题。</translation>
    </message>
    <message>
        <source>{mend}: all {count}…</source>
        <translation>{mend}：全部 {count} 处…</translation>
    </message>
    <message>
        <source>Show it again</source>
        <translation>重新列出</translation>
    </message>
    <message>
        <source>Keep as it is</source>
        <translation>保持原样</translation>
    </message>
    <message>
        <source>This one needs you: nobody can be sure how to mend it.</source>
        <translation>此处需要您来决定：无法确定应如何修复。</translation>
    </message>
    <message>
        <source>Show the place of the fault (Enter)</source>
        <translation>显示问题所在的位置（Enter）</translation>
    </message>
    <message>
        <source>It is no fault: do not list it any longer. Undo takes this back.</source>
        <translation>这不是问题：不再列出。可以撤销。</translation>
    </message>
</context>
<context>
    <name>ForecastDesk</name>
    <message>
        <source>Correct the marked settings to see what the run needs.</source>
        <translation>请改正标出的设置，然后会显示训练所需资源。</translation>
    </message>
    <message>
        <source>Choose model and data to see what the run needs.</source>
        <translation>选择模型和数据后，会显示训练所需资源。</translation>
    </message>
    <message>
        <source>Working out what the run needs…</source>
        <translation>正在估算训练所需资源…</translation>
    </message>
</context>
<context>
    <name>ForecastView</name>
    <message>
        <source>Any of these makes it fit:</source>
        <translation>以下任一更改都能放得下：</translation>
    </message>
    <message>
        <source>Choose model and data to see what the run needs.</source>
        <translation>选择模型和数据后，会显示训练所需资源。</translation>
    </message>
    <message>
        <source>Needs about {need} of your {free}</source>
        <translation>约需 {need}，可用 {free}</translation>
    </message>
    <message>
        <source>Needs about {need}, and {free} are free</source>
        <translation>约需 {need}，而可用的只有 {free}</translation>
    </message>
    <message>
        <source> on {card}</source>
        <translation>（{card}）</translation>
    </message>
    <message>
        <source>No cheaper setting fits either: choose a smaller model, or close other programs.</source>
        <translation>更省的设置也放不下：请选择更小的模型，或关闭其他程序。</translation>
    </message>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n 步</numerusform>
        </translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>约 {time}</translation>
    </message>
    <message>
        <source>very roughly {time}, no step was measured here yet</source>
        <translation>粗略估计 {time}，本机尚未实测过</translation>
    </message>
    <message>
        <source>{size} on disk</source>
        <translation>磁盘 {size}</translation>
    </message>
    <message numerus="yes">
        <source>%n sample(s) too long</source>
        <translation>
            <numerusform>%n 个样本过长</numerusform>
        </translation>
    </message>
    <message>
        <source>lengths are estimated</source>
        <translation>长度为估算值</translation>
    </message>
</context>
<context>
    <name>FoundView</name>
    <message>
        <source>Found on this disk</source>
        <translation>在本机磁盘上找到</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>Nothing else in the folders of Hugging Face and ModelScope. Add any other folder by hand.</source>
        <translation>Hugging Face 和 ModelScope 的文件夹里没有别的模型了。其他文件夹请手动添加。</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
</context>
<context>
    <name>HealthPage</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>No project is open</source>
        <translation>没有打开的项目</translation>
    </message>
    <message>
        <source>Open or make one to begin.</source>
        <translation>打开或新建一个项目，即可开始。</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Everything is checked as it changes</source>
        <translation>内容一有改动就会检查</translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>尚未检查</translation>
    </message>
    <message>
        <source>Reading pictures is paused</source>
        <translation>已暂停读取图片</translation>
    </message>
    <message>
        <source>Checking: {done} of {total}</source>
        <translation>正在检查：{done} / {total}</translation>
    </message>
    <message>
        <source>Reading pictures: {done} of {total}</source>
        <translation>正在读取图片：{done} / {total}</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Statistics</source>
        <translation>统计</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>划分</translation>
    </message>
</context>
<context>
    <name>HelpCard</name>
    <message>
        <source>More…</source>
        <translation>更多…</translation>
    </message>
    <message>
        <source>More about {setting}</source>
        <translation>关于“{setting}”的更多内容</translation>
    </message>
</context>
<context>
    <name>HelpMark</name>
    <message>
        <source>Help on {setting}</source>
        <translation>关于“{setting}”的帮助</translation>
    </message>
</context>
<context>
    <name>HelpWindow</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>后退</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>前进</translation>
    </message>
    <message>
        <source>This address leads out of the program:</source>
        <translation>这个地址通向程序之外：</translation>
    </message>
    <message>
        <source>Open in the browser</source>
        <translation>在浏览器中打开</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Import data</source>
        <translation>导入数据</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Told by its content.</source>
        <translation>由内容判断。</translation>
    </message>
    <message>
        <source>There is no such file or folder.</source>
        <translation>没有这个文件或文件夹。</translation>
    </message>
    <message>
        <source>Choose a data file or folder.</source>
        <translation>请选择数据文件或文件夹。</translation>
    </message>
    <message>
        <source>As chosen.</source>
        <translation>按所选。</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查看…</translation>
    </message>
    <message>
        <source>Choose on the left how the boxes in the text are written.</source>
        <translation>请在左侧选择文本中框的写法。</translation>
    </message>
    <message>
        <source>There is nothing in it.</source>
        <translation>里面没有内容。</translation>
    </message>
    <message>
        <source>Pictures: {count}</source>
        <translation>图片：{count}</translation>
    </message>
    <message>
        <source>Conversations: {count}</source>
        <translation>对话：{count}</translation>
    </message>
    <message>
        <source>Boxes: {count}</source>
        <translation>框：{count}</translation>
    </message>
    <message>
        <source>Cannot be read: {count}</source>
        <translation>无法读取：{count}</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在计数…</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Reading… {count} records</source>
        <translation>正在读取… {count} 条记录</translation>
    </message>
    <message>
        <source>{percent} %, about {time} left</source>
        <translation>{percent}%，约剩 {time}</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent}%</translation>
    </message>
    <message>
        <source>New pictures: {count}</source>
        <translation>新图片：{count}</translation>
    </message>
    <message>
        <source>New regions: {count}</source>
        <translation>新区域：{count}</translation>
    </message>
    <message>
        <source>New conversations: {count}</source>
        <translation>新对话：{count}</translation>
    </message>
    <message>
        <source>In the project already: {count}</source>
        <translation>项目中已有：{count}</translation>
    </message>
    <message>
        <source>Imported</source>
        <translation>已导入</translation>
    </message>
    <message>
        <source>Nothing new was imported</source>
        <translation>没有新内容可导入</translation>
    </message>
    <message>
        <source>Undo import</source>
        <translation>撤销导入</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Stopped. Nothing was changed.</source>
        <translation>已停止，没有任何改动。</translation>
    </message>
    <message>
        <source>Undoing…</source>
        <translation>正在撤销…</translation>
    </message>
    <message>
        <source>The import was undone</source>
        <translation>导入已撤销</translation>
    </message>
</context>
<context>
    <name>ImportOptions</name>
    <message>
        <source>File or folder</source>
        <translation>文件或文件夹</translation>
    </message>
    <message>
        <source>File…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>Boxes in the text</source>
        <translation>文本中的框</translation>
    </message>
    <message>
        <source>Find out</source>
        <translation>自动判断</translation>
    </message>
    <message>
        <source>As {family} writes them</source>
        <translation>按 {family} 的写法</translation>
    </message>
    <message>
        <source>As the data says</source>
        <translation>按数据所述</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>The folder that picture paths count from, or below which they are.</source>
        <translation>图片路径以此文件夹为起点，或图片在其下。</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Split, where the data says none</source>
        <translation>划分（数据未注明时）</translation>
    </message>
    <message>
        <source>What is in the project stays as it is. The whole import is one step of undo.</source>
        <translation>项目中已有的内容保持不变。整个导入可一步撤销。</translation>
    </message>
    <message>
        <source>Data file</source>
        <translation>数据文件</translation>
    </message>
    <message>
        <source>Folder of data</source>
        <translation>数据文件夹</translation>
    </message>
    <message>
        <source>Folder of pictures</source>
        <translation>图片文件夹</translation>
    </message>
</context>
<context>
    <name>JobBar</name>
    <message>
        <source>Pictures asked about</source>
        <translation>已询问的图片</translation>
    </message>
    <message>
        <source>End this job; what was proposed stays</source>
        <translation>结束此任务；已有的建议会保留</translation>
    </message>
    <message>
        <source>End this job</source>
        <translation>结束此任务</translation>
    </message>
    <message>
        <source>Preparing…</source>
        <translation>正在准备…</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>{done} of {total} pictures</source>
        <translation>{done} / {total} 张图片</translation>
    </message>
    <message>
        <source>Pausing: {done}</source>
        <translation>正在暂停：{done}</translation>
    </message>
    <message>
        <source>Resting: {done}</source>
        <translation>已暂停：{done}</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
    <message numerus="yes">
        <source>%n draft(s) came in</source>
        <translation>
            <numerusform>收到 %n 个草稿</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n difference(s) found</source>
        <translation>
            <numerusform>发现 %n 处差异</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n box(es) came in</source>
        <translation>
            <numerusform>收到 %n 个框</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not read</source>
        <translation>
            <numerusform>%n 张无法读取</numerusform>
        </translation>
    </message>
    <message>
        <source>Pictures about which there is no answer, or none that can be read whole</source>
        <translation>没有回答、或回答无法完整读取的图片</translation>
    </message>
</context>
<context>
    <name>KeyboardSheet</name>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Search commands and keys</source>
        <translation>搜索命令和快捷键</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>命令及其快捷键</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>更改…</translation>
    </message>
    <message>
        <source>Add keys…</source>
        <translation>添加…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部重置</translation>
    </message>
    <message>
        <source>Take them</source>
        <translation>改为此命令</translation>
    </message>
    <message>
        <source>The same keys as {others}</source>
        <translation>与{others}的快捷键相同</translation>
    </message>
    <message>
        <source>Changed by you</source>
        <translation>已由您更改</translation>
    </message>
    <message>
        <source>These keys cannot be changed</source>
        <translation>这些快捷键不能更改</translation>
    </message>
    <message>
        <source>Enter changes the keys of the marked command. Keys that you changed stand in colour.</source>
        <translation>按 Enter 更改所选命令的快捷键。您更改过的快捷键以彩色显示。</translation>
    </message>
    <message>
        <source>Press the new keys for “{command}”. Esc leaves them.</source>
        <translation>请按下“{command}”的新快捷键。Esc 保持不变。</translation>
    </message>
    <message>
        <source>{keys} always means {others}. Press other keys, or Esc.</source>
        <translation>{keys} 固定用于{others}。请按其他键，或按 Esc。</translation>
    </message>
    <message>
        <source>{keys} is {others}. Enter takes it from there; or press other keys, or Esc.</source>
        <translation>{keys} 已用于{others}。按 Enter 改为此命令；或按其他键，或按 Esc。</translation>
    </message>
</context>
<context>
    <name>KnownList</name>
    <message>
        <source>To download</source>
        <translation>可下载</translation>
    </message>
    <message>
        <source>Memory is a forecast for one picture a sample and 512 tokens; to chat, in 16 bits unless the model is smaller by itself.</source>
        <translation>显存为预测值：训练按每个样本一张图片、512 个 token 计；聊天按 16 位计，除非模型本身更小。</translation>
    </message>
</context>
<context>
    <name>KnownRow</name>
    <message>
        <source>Download…</source>
        <translation>下载…</translation>
    </message>
    <message>
        <source>Another model</source>
        <translation>其他模型</translation>
    </message>
    <message>
        <source>Any repository of the families above, by its name on the hub.</source>
        <translation>以上系列的任意仓库，填写它在模型站上的名称。</translation>
    </message>
</context>
<context>
    <name>LabelDesk</name>
    <message>
        <source>Select a region or a label first.</source>
        <translation>请先选中一个区域或标签。</translation>
    </message>
    <message numerus="yes">
        <source>%n region(s) are now “{ref}”.</source>
        <translation>
            <numerusform>%n 个区域现在是“{ref}”。</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Renaming to “{ref}”</source>
        <translation>正在重命名为“{ref}”</translation>
    </message>
</context>
<context>
    <name>LabelModel</name>
    <message>
        <source>{ref}, {count} regions</source>
        <translation>{ref}，{count} 个区域</translation>
    </message>
</context>
<context>
    <name>LabelPanel</name>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Find or add a label</source>
        <translation>查找或添加标签</translation>
    </message>
    <message>
        <source>Enter gives the first label, or adds the word as a new one</source>
        <translation>按 Enter 使用第一个标签，或将输入的词添加为新标签</translation>
    </message>
    <message>
        <source>No label is called so. Enter adds “{words}”.</source>
        <translation>没有这样的标签。按回车键添加“{words}”。</translation>
    </message>
    <message>
        <source>Labels appear here as boxes get refs. Type one above to add it before.</source>
        <translation>给框写上指代后，标签会出现在这里。也可以先在上方输入来添加。</translation>
    </message>
    <message>
        <source>Merge {count} labels into one…</source>
        <translation>将 {count} 个标签合并为一个…</translation>
    </message>
    <message>
        <source>Use this label</source>
        <translation>使用此标签</translation>
    </message>
    <message>
        <source>Rename or merge in the whole project…</source>
        <translation>在整个项目中重命名或合并…</translation>
    </message>
    <message>
        <source>Digit</source>
        <translation>数字键</translation>
    </message>
    <message>
        <source>Move up	Alt+Up</source>
        <translation>上移	Alt+Up</translation>
    </message>
    <message>
        <source>Move down	Alt+Down</source>
        <translation>下移	Alt+Down</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>取消固定</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>固定</translation>
    </message>
    <message>
        <source>Labels of this project</source>
        <translation>此项目的标签</translation>
    </message>
</context>
<context>
    <name>LaunchLine</name>
    <message>
        <source>Command that carries out this run</source>
        <translation>执行此训练的命令</translation>
    </message>
    <message>
        <source>Machines: </source>
        <translation>机器数：</translation>
    </message>
    <message>
        <source>Number of machines</source>
        <translation>机器数量</translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation>复制命令</translation>
    </message>
    <message>
        <source>Copy Slurm script</source>
        <translation>复制 Slurm 脚本</translation>
    </message>
    <message>
        <source>Carry this run out in a terminal, or on a cluster that sees this folder:</source>
        <translation>在终端里，或在能访问此文件夹的集群上执行这次训练：</translation>
    </message>
    <message>
        <source>Start training runs it on this machine. To run it elsewhere, make the folder only; its own line and Slurm script, like this one, are on its page.</source>
        <translation>“开始训练”在本机执行。若要在别处执行，只创建文件夹即可；它自己的命令和 Slurm 脚本（与此类似）在它的页面上。</translation>
    </message>
</context>
<context>
    <name>LightMenu</name>
    <message>
        <source>Brightness</source>
        <translation>亮度</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>对比度</translation>
    </message>
    <message>
        <source>As it is</source>
        <translation>恢复原样</translation>
    </message>
</context>
<context>
    <name>Line</name>
    <message>
        <source>As it was at first</source>
        <translation>恢复默认</translation>
    </message>
    <message>
        <source>{name}: as it was at first</source>
        <translation>{name}：恢复默认</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>{name}: paused</source>
        <translation>{name}：已暂停</translation>
    </message>
    <message>
        <source>{name}: step {step} of {total}</source>
        <translation>{name}：第 {step} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>新建项目</translation>
    </message>
    <message>
        <source>Projects (*.qvl)</source>
        <translation>项目 (*.qvl)</translation>
    </message>
    <message>
        <source>This takes effect when the open dialog is closed.</source>
        <translation>关闭打开的对话框后生效。</translation>
    </message>
    <message>
        <source>New project for this data</source>
        <translation>为此数据新建项目</translation>
    </message>
    <message>
        <source>New project for these pictures</source>
        <translation>为这些图片新建项目</translation>
    </message>
    <message>
        <source>Safe mode</source>
        <translation>安全模式</translation>
    </message>
    <message>
        <source>Open the project whose pictures are to be annotated first.</source>
        <translation>请先打开要标注图片的项目。</translation>
    </message>
    <message>
        <source>Open project</source>
        <translation>打开项目</translation>
    </message>
    <message>
        <source>Folder of pictures</source>
        <translation>图片文件夹</translation>
    </message>
</context>
<context>
    <name>MakeRoom</name>
    <message>
        <source>A run begins while a model is loaded for chatting. Unload it, so that the run has the memory? The answer is remembered; the settings of the Chat page change it.</source>
        <translation>训练即将开始，而聊天用的模型仍在内存中。要卸载它，把内存让给训练吗？选择会被记住，可以在聊天页的设置里更改。</translation>
    </message>
    <message>
        <source>Unload it</source>
        <translation>卸载</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>The chat&apos;s model was unloaded for the run. The next question loads it again.</source>
        <translation>聊天的模型已为训练卸载。下一次提问时会重新加载。</translation>
    </message>
</context>
<context>
    <name>ManyDesk</name>
    <message>
        <source>Taking boxes that overlap none of yours</source>
        <translation>正在采纳与您的框不重叠的框</translation>
    </message>
    <message>
        <source>Taking all suggestions</source>
        <translation>正在采纳全部建议</translation>
    </message>
    <message>
        <source>Rejecting all suggestions</source>
        <translation>正在拒绝全部建议</translation>
    </message>
    <message numerus="yes">
        <source>%n suggestion(s) gone through.</source>
        <translation>
            <numerusform>已处理 %n 条建议。</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>MendDialog</name>
    <message>
        <source>Looking what would change…</source>
        <translation>正在查看会有哪些改动…</translation>
    </message>
    <message>
        <source>What would change</source>
        <translation>会改变什么</translation>
    </message>
    <message>
        <source>Mend all {count}</source>
        <translation>修复全部 {count} 处</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>None of these can be mended without you.</source>
        <translation>这些问题都需要您来决定。</translation>
    </message>
    <message>
        <source>The first {shown} of {count}. Those that nobody can be sure about stay. One undo takes all back.</source>
        <translation>这里是 {count} 处中的前 {shown} 处。无法确定的保持不变。撤销一次即可全部恢复。</translation>
    </message>
    <message>
        <source>This would change. One undo takes all of it back.</source>
        <translation>将有以下改动。撤销一次即可全部恢复。</translation>
    </message>
    <message>
        <source>{count} mended.</source>
        <translation>已修复 {count} 处。</translation>
    </message>
</context>
<context>
    <name>ModelBar</name>
    <message>
        <source>Unload</source>
        <translation>卸载</translation>
    </message>
    <message>
        <source>Unload the model and free its memory</source>
        <translation>卸载模型，释放内存</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新聊天</translation>
    </message>
    <message>
        <source>Show or hide the list of chats</source>
        <translation>显示或隐藏聊天列表</translation>
    </message>
    <message>
        <source>Settings of the answers</source>
        <translation>回答的设置</translation>
    </message>
    <message>
        <source>Another server…</source>
        <translation>其他服务器…</translation>
    </message>
    <message>
        <source>Another server answers</source>
        <translation>由其他服务器回答</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>The model could not be loaded</source>
        <translation>无法加载模型</translation>
    </message>
    <message>
        <source>Unloading…</source>
        <translation>正在卸载…</translation>
    </message>
    <message>
        <source>Not loaded yet</source>
        <translation>尚未加载</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>正在加载模型…</translation>
    </message>
    <message>
        <source>Loading the model in {precision}…</source>
        <translation>正在以 {precision} 载入模型…</translation>
    </message>
    <message>
        <source>Loading the adapter…</source>
        <translation>正在加载适配器…</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在启动…</translation>
    </message>
</context>
<context>
    <name>ModelChoice</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>No adapter</source>
        <translation>不用适配器</translation>
    </message>
</context>
<context>
    <name>ModelFoldersField</name>
    <message>
        <source>Add…</source>
        <translation>添加…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>{folder} is off the list. The folder itself is untouched.</source>
        <translation>{folder} 已从列表移除，文件夹本身未动。</translation>
    </message>
    <message>
        <source>Folder of a model</source>
        <translation>模型文件夹</translation>
    </message>
</context>
<context>
    <name>ModelView</name>
    <message>
        <source>What the model reads</source>
        <translation>模型读到的文本</translation>
    </message>
    <message>
        <source>This conversation names no picture of the project.</source>
        <translation>这段对话没有提到项目中的图片。</translation>
    </message>
    <message>
        <source>{family}, picture {number}: {w} × {h} squashed to {sw} × {sh}, {tokens} tokens</source>
        <translation>{family}，图片 {number}：{w} × {h} 压缩为 {sw} × {sh}，{tokens} 个 token</translation>
    </message>
    <message>
        <source>{family}, picture {number}: {w} × {h} resized to {sw} × {sh}, {tokens} tokens</source>
        <translation>{family}，图片 {number}：{w} × {h} 缩放为 {sw} × {sh}，{tokens} 个 token</translation>
    </message>
    <message>
        <source>This conversation cannot be written for this family.</source>
        <translation>这段对话无法写成该系列的格式。</translation>
    </message>
    <message>
        <source>picture {number}: {count} tokens</source>
        <translation>图片 {number}：{count} 个 token</translation>
    </message>
</context>
<context>
    <name>ModelWords</name>
    <message>
        <source>chat {size}</source>
        <translation>聊天 {size}</translation>
    </message>
    <message>
        <source>LoRA {size}</source>
        <translation>LoRA {size}</translation>
    </message>
    <message>
        <source>Q-LoRA {size}</source>
        <translation>Q-LoRA {size}</translation>
    </message>
    <message>
        <source>Memory on the card: {needs}</source>
        <translation>所需显存：{needs}</translation>
    </message>
    <message>
        <source>Being removed…</source>
        <translation>正在删除…</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Pausing…</source>
        <translation>正在暂停…</translation>
    </message>
    <message>
        <source>Waiting for its turn</source>
        <translation>排队等待</translation>
    </message>
    <message>
        <source>Checking what is here</source>
        <translation>正在校验已有文件</translation>
    </message>
    <message>
        <source>Asking the hub</source>
        <translation>正在询问模型站</translation>
    </message>
    <message>
        <source>{speed} a second</source>
        <translation>每秒 {speed}</translation>
    </message>
    <message>
        <source>{time} to go</source>
        <translation>还需 {time}</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>{name} was added: {family}.</source>
        <translation>已添加 {name}：{family}。</translation>
    </message>
    <message>
        <source>adapter</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>On this machine</source>
        <translation>本机上的模型</translation>
    </message>
    <message>
        <source>Look on this disk</source>
        <translation>在本机查找</translation>
    </message>
    <message>
        <source>In the folders of Hugging Face and ModelScope</source>
        <translation>在 Hugging Face 和 ModelScope 的文件夹里查找</translation>
    </message>
    <message>
        <source>Add a model folder…</source>
        <translation>添加模型文件夹…</translation>
    </message>
    <message>
        <source>Folder of a model</source>
        <translation>模型文件夹</translation>
    </message>
</context>
<context>
    <name>Navigator</name>
    <message>
        <source>Overview of the picture</source>
        <translation>图片总览</translation>
    </message>
</context>
<context>
    <name>NewRun</name>
    <message>
        <source>Show what is trained on</source>
        <translation>查看学习的内容</translation>
    </message>
    <message>
        <source>Start training</source>
        <translation>开始训练</translation>
    </message>
    <message>
        <source>Make the folder only</source>
        <translation>只创建文件夹</translation>
    </message>
    <message>
        <source>Writes the run&apos;s folder and its plan, to be started elsewhere</source>
        <translation>写好训练文件夹和计划，供在别处启动</translation>
    </message>
    <message>
        <source>New training run</source>
        <translation>新建训练任务</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>{name} is not here: the chosen data stay.</source>
        <translation>本机没有 {name}：保留已选的数据。</translation>
    </message>
    <message>
        <source>{name} is not here: the chosen model stays.</source>
        <translation>本机没有 {name}：保留已选的模型。</translation>
    </message>
</context>
<context>
    <name>NewsView</name>
    <message>
        <source>What is new</source>
        <translation>新变化</translation>
    </message>
    <message>
        <source>The list of changes is not part of this installation.</source>
        <translation>此安装不含更新记录。</translation>
    </message>
</context>
<context>
    <name>NoticesView</name>
    <message>
        <source>Show fewer</source>
        <translation>收起</translation>
    </message>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>另有 %n 条</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NumberFields</name>
    <message>
        <source>{name} in pixels</source>
        <translation>{name}（像素）</translation>
    </message>
</context>
<context>
    <name>OfficialPaste</name>
    <message>
        <source>Paste a command…</source>
        <translation>粘贴命令…</translation>
    </message>
    <message>
        <source>Take the settings of a command line of the official finetune.py</source>
        <translation>采用官方 finetune.py 命令行中的设置</translation>
    </message>
    <message>
        <source>Command line of the official script</source>
        <translation>官方脚本的命令行</translation>
    </message>
    <message>
        <source>Take these settings</source>
        <translation>采用这些设置</translation>
    </message>
    <message numerus="yes">
        <source>%n setting(s) taken.</source>
        <translation>
            <numerusform>已采用 %n 项设置。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Outcome</name>
    <message>
        <source>Copy the list</source>
        <translation>复制列表</translation>
    </message>
    <message>
        <source>Left out: {count}</source>
        <translation>未导入：{count}</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>What do you want to do?</source>
        <translation>您想做什么？</translation>
    </message>
    <message>
        <source>Find a command</source>
        <translation>查找命令</translation>
    </message>
    <message>
        <source>Commands found</source>
        <translation>找到的命令</translation>
    </message>
    <message>
        <source>Nothing is called that.</source>
        <translation>没有这个名称的命令。</translation>
    </message>
</context>
<context>
    <name>PictureDelegate</name>
    <message>
        <source>cannot be shown</source>
        <translation>无法显示</translation>
    </message>
</context>
<context>
    <name>PictureDesk</name>
    <message>
        <source>Text that stands in the box</source>
        <translation>框中的文字</translation>
    </message>
    <message>
        <source>What is written there? Questions about reading are answered with it.</source>
        <translation>框里写的是什么？识字类问题会用它作答。</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Drag the box that is missing. Esc gives it up.</source>
        <translation>拖出缺少的框。按 Esc 放弃。</translation>
    </message>
    <message>
        <source>Drag the box or its handles to put it right; the answer stays as a version.</source>
        <translation>拖动框或它的控点来更正；原回答会作为一个版本保留。</translation>
    </message>
    <message>
        <source>{drawn} of {total} boxes are drawn. Point at words to see theirs.</source>
        <translation>共 {total} 个框，画出 {drawn} 个。把鼠标移到文字上可查看它的框。</translation>
    </message>
</context>
<context>
    <name>PictureList</name>
    <message>
        <source>Only unannotated</source>
        <translation>仅未标注</translation>
    </message>
    <message>
        <source>Show pictures without regions</source>
        <translation>显示没有区域的图片</translation>
    </message>
    <message>
        <source>No picture matches the filter.</source>
        <translation>没有符合筛选条件的图片。</translation>
    </message>
    <message>
        <source>Pictures that are done</source>
        <translation>已完成的图片</translation>
    </message>
    <message>
        <source>Show all pictures</source>
        <translation>显示全部图片</translation>
    </message>
    <message>
        <source>{shown} of {total} pictures</source>
        <translation>{shown} / {total} 张图片</translation>
    </message>
    <message>
        <source>{done} of {total} done</source>
        <translation>已完成 {done} / {total}</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Add pictures</source>
        <translation>添加图片</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Add pictures…</source>
        <translation>添加图片…</translation>
    </message>
</context>
<context>
    <name>PictureMenu</name>
    <message>
        <source>80 % train, 20 % validation</source>
        <translation>80 % 训练，20 % 验证</translation>
    </message>
    <message>
        <source>80 % train, 10 % validation, 10 % test</source>
        <translation>80 % 训练，10 % 验证，10 % 测试</translation>
    </message>
    <message>
        <source>Neither done nor skipped</source>
        <translation>取消完成或跳过标记</translation>
    </message>
    <message numerus="yes">
        <source>Remove %n picture(s) from the project</source>
        <translation>
            <numerusform>从项目中移除 %n 张图片</numerusform>
        </translation>
    </message>
    <message>
        <source>Split</source>
        <translation>数据划分</translation>
    </message>
    <message numerus="yes">
        <source>Divide %n picture(s) at random</source>
        <translation>
            <numerusform>随机划分 %n 张图片</numerusform>
        </translation>
    </message>
    <message>
        <source>Only this folder</source>
        <translation>仅看此文件夹</translation>
    </message>
    <message>
        <source>Open its folder</source>
        <translation>打开所在文件夹</translation>
    </message>
</context>
<context>
    <name>PictureModel</name>
    <message numerus="yes">
        <source>%n region(s)</source>
        <translation>
            <numerusform>%n 个区域</numerusform>
        </translation>
    </message>
    <message>
        <source>no regions</source>
        <translation>没有区域</translation>
    </message>
</context>
<context>
    <name>PicturePair</name>
    <message>
        <source>No picture</source>
        <translation>没有图片</translation>
    </message>
</context>
<context>
    <name>PicturePane</name>
    <message>
        <source>This conversation names no picture of the project.</source>
        <translation>这段对话没有提到项目中的图片。</translation>
    </message>
    <message>
        <source>Add a picture to the conversation (Insert), or drop files here</source>
        <translation>向对话添加图片 (Insert)，也可以把文件拖到这里</translation>
    </message>
    <message>
        <source>Add a picture to the conversation</source>
        <translation>向对话添加图片</translation>
    </message>
    <message>
        <source>Drag a box around “{words}” on the picture. Esc stops.</source>
        <translation>在图片上为“{words}”拖出一个框。按 Esc 结束。</translation>
    </message>
    <message>
        <source>Click the four corners around “{words}”. Esc stops.</source>
        <translation>依次点击“{words}”的四个角。按 Esc 取消。</translation>
    </message>
    <message>
        <source>Drag or use the arrow keys: its tokens follow. Enter names it, Del deletes it.</source>
        <translation>拖动或用方向键移动，文本中的记号随之改变。Enter 命名，Del 删除。</translation>
    </message>
    <message>
        <source>Click the four corners of a quad. B draws boxes again.</source>
        <translation>依次点击四边形的四个角。按 B 恢复画框。</translation>
    </message>
    <message>
        <source>Select words in a turn, then drag a box here: they become a phrase with its box.</source>
        <translation>在某一轮中选中文字，再在这里拖出一个框：文字就成为带框的短语。</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>框</translation>
    </message>
    <message>
        <source>What the model sees</source>
        <translation>模型所见</translation>
    </message>
</context>
<context>
    <name>PicturePanel</name>
    <message>
        <source>No picture yet</source>
        <translation>还没有图片</translation>
    </message>
    <message>
        <source>Drop one anywhere on this page, paste one, or choose one.</source>
        <translation>拖到本页任意位置、粘贴，或选择一张。</translation>
    </message>
    <message>
        <source>Choose pictures…</source>
        <translation>选择图片…</translation>
    </message>
    <message>
        <source>Add a box</source>
        <translation>添加框</translation>
    </message>
    <message>
        <source>Drag another box for the same words (Ins)</source>
        <translation>为同样的文字再拖一个框（Ins）</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Take the box out of the answer (Del)</source>
        <translation>从回答中去掉这个框（Del）</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>全部显示</translation>
    </message>
    <message>
        <source>Draw every box of this answer</source>
        <translation>画出这个回答的所有框</translation>
    </message>
</context>
<context>
    <name>PicturePicker</name>
    <message>
        <source>Add pictures to the conversation</source>
        <translation>向对话添加图片</translation>
    </message>
    <message>
        <source>Filter by name</source>
        <translation>按名称筛选</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Files can be dropped on the row of pictures too.</source>
        <translation>也可以把文件拖到图片栏上。</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>PictureStrip</name>
    <message>
        <source>Pictures of the conversation</source>
        <translation>对话中的图片</translation>
    </message>
</context>
<context>
    <name>PictureView</name>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
</context>
<context>
    <name>PicturesPage</name>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Pictures that are done</source>
        <translation>已完成的图片</translation>
    </message>
    <message>
        <source>No project is open</source>
        <translation>尚未打开项目</translation>
    </message>
    <message>
        <source>Open or make one to begin.</source>
        <translation>请先打开或新建项目。</translation>
    </message>
    <message>
        <source>Add a folder of pictures, or drop one here. Files stay where they are.</source>
        <translation>添加图片文件夹，或将其拖到此处。文件保持原位。</translation>
    </message>
    <message>
        <source>No pictures yet</source>
        <translation>还没有图片</translation>
    </message>
    <message>
        <source>No picture matches the filter</source>
        <translation>没有符合筛选条件的图片</translation>
    </message>
    <message>
        <source>Change it above, or look at all pictures again.</source>
        <translation>请在上方修改条件，或显示全部图片。</translation>
    </message>
    <message>
        <source>{done} of {total} done</source>
        <translation>已完成 {done} / {total}</translation>
    </message>
    <message>
        <source>No picture on show is untouched.</source>
        <translation>显示的图片均已处理过。</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) removed. Undo brings them back.</source>
        <translation>
            <numerusform>已移除 %n 张图片，可撤销恢复。</numerusform>
        </translation>
    </message>
    <message>
        <source>Folder of pictures</source>
        <translation>图片文件夹</translation>
    </message>
    <message>
        <source>Size of the thumbnails</source>
        <translation>缩略图大小</translation>
    </message>
    <message>
        <source>Size of the thumbnails (Ctrl + wheel)</source>
        <translation>缩略图大小（Ctrl + 滚轮）</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Show all pictures</source>
        <translation>显示全部图片</translation>
    </message>
</context>
<context>
    <name>PlaceField</name>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
</context>
<context>
    <name>PlanForm</name>
    <message>
        <source>More settings</source>
        <translation>更多设置</translation>
    </message>
    <message>
        <source>{name}: “{text}” is no number.</source>
        <translation>{name}：“{text}”不是数字。</translation>
    </message>
    <message>
        <source>{name}: “{text}” is no whole number.</source>
        <translation>{name}：“{text}”不是整数。</translation>
    </message>
    <message>
        <source>Fewer settings</source>
        <translation>收起设置</translation>
    </message>
</context>
<context>
    <name>PreferencePages</name>
    <message>
        <source>General</source>
        <translation>常规</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Room on the disk</source>
        <translation>磁盘空间</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Support</source>
        <translation>支持</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent}%</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>The language of every word in the window. It changes at once.</source>
        <translation>窗口里所有文字的语言，立即切换。</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Light or dark; or as the system is, also when it changes.</source>
        <translation>浅色或深色；也可跟随系统，系统变化时一起变。</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Size of words</source>
        <translation>文字大小</translation>
    </message>
    <message>
        <source>Larger or smaller words everywhere, in per cent of the system&apos;s own size.</source>
        <translation>放大或缩小所有文字，以系统字号的百分比表示。</translation>
    </message>
    <message>
        <source>When the program starts</source>
        <translation>程序启动时</translation>
    </message>
    <message>
        <source>What you see first. A project that is named on the command line opens in any case.</source>
        <translation>首先看到什么。命令行指定的项目总会打开。</translation>
    </message>
    <message>
        <source>Open the last project</source>
        <translation>打开上次的项目</translation>
    </message>
    <message>
        <source>Show the start page</source>
        <translation>显示开始页</translation>
    </message>
    <message>
        <source>Folder for runs</source>
        <translation>训练任务的文件夹</translation>
    </message>
    <message>
        <source>Beside the project</source>
        <translation>放在项目旁边</translation>
    </message>
    <message>
        <source>Folder for downloaded models</source>
        <translation>下载模型的文件夹</translation>
    </message>
    <message>
        <source>In the program&apos;s data</source>
        <translation>在程序的数据文件夹里</translation>
    </message>
    <message>
        <source>Downloaded models</source>
        <translation>下载的模型</translation>
    </message>
    <message>
        <source>Where the next downloads are put. Models that are here already stay in their place and are found.</source>
        <translation>今后的下载放在哪里。已有的模型留在原处，仍能找到。</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>训练任务</translation>
    </message>
    <message>
        <source>Where training puts its runs. Beside the project, they move and are copied together with it.</source>
        <translation>训练结果放在哪里。放在项目旁边时，可随项目一起移动和复制。</translation>
    </message>
    <message>
        <source>Other model folders</source>
        <translation>其他模型文件夹</translation>
    </message>
    <message>
        <source>Folders elsewhere that are models. Del takes one off the list, not off the disk.</source>
        <translation>别处的模型文件夹。Del 只把它从列表移除，不删除磁盘上的文件。</translation>
    </message>
    <message>
        <source>Program for model work</source>
        <translation>模型工作程序</translation>
    </message>
    <message>
        <source>The one on the path</source>
        <translation>路径里的那个</translation>
    </message>
    <message>
        <source>The installed qvl-desktop that loads and trains models for this slim edition.</source>
        <translation>为此精简版加载和训练模型的已安装的 qvl-desktop。</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>询问</translation>
    </message>
    <message>
        <source>Unload it</source>
        <translation>卸载</translation>
    </message>
    <message>
        <source>Keep it loaded</source>
        <translation>保持加载</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>更改…</translation>
    </message>
    <message>
        <source>When training begins</source>
        <translation>训练开始时</translation>
    </message>
    <message>
        <source>The model of the Chat page takes memory that a run may need. The next question loads it again.</source>
        <translation>“聊天”页的模型占用了训练可能需要的内存。下一次提问时会重新加载。</translation>
    </message>
    <message>
        <source>Other servers</source>
        <translation>其他服务器</translation>
    </message>
    <message>
        <source>Servers that answer on the Chat page, with their keys. They are kept with your settings, never in a project.</source>
        <translation>在“聊天”页作答的服务器及其密钥。它们保存在您的设置里，绝不写入项目。</translation>
    </message>
    <message>
        <source>What models saw in pictures</source>
        <translation>模型在图片中看到的内容</translation>
    </message>
    <message>
        <source>Kept so that the next training with the same model starts at once. Emptying it costs time, nothing else; what a run uses now stays.</source>
        <translation>保留下来，使同一模型的下一次训练立即开始。清空只损失时间；训练正在使用的会留下。</translation>
    </message>
    <message>
        <source>Small pictures</source>
        <translation>缩略图</translation>
    </message>
    <message>
        <source>Kept so that lists and the gallery show at once. Those not seen for longest go first.</source>
        <translation>保留下来，使列表和图库立即显示。最久没看过的先删除。</translation>
    </message>
    <message>
        <source>Keys…</source>
        <translation>快捷键…</translation>
    </message>
    <message>
        <source>Every command with its keys: look them up, change them, see which are taken twice.</source>
        <translation>所有命令及其按键：查找、更改、看哪些重复。</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Versions, this machine and the last troubles, to copy to a helper.</source>
        <translation>版本、本机情况和最近的问题，可复制给帮助您的人。</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>What each version of the program brought.</source>
        <translation>程序每个版本带来了什么。</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>重新启动</translation>
    </message>
    <message>
        <source>With the usual settings and no project, to find out whether your own settings are the trouble.</source>
        <translation>用默认设置启动，不打开项目，以便弄清是不是您自己的设置出了问题。</translation>
    </message>
    <message>
        <source>Taken twice: {commands}</source>
        <translation>重复的按键：{commands}</translation>
    </message>
    <message>
        <source>{count} changed by you</source>
        <translation>您更改了 {count} 项</translation>
    </message>
    <message>
        <source>As they were at first</source>
        <translation>均为默认</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>Preferences</source>
        <translation>偏好设置</translation>
    </message>
    <message>
        <source>Everything as it was at first</source>
        <translation>全部恢复默认</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>{name}: as it was at first.</source>
        <translation>{name}：已恢复默认。</translation>
    </message>
    <message>
        <source>Everything here is as it was at first. Your model folders and servers are still there.</source>
        <translation>这里的一切都已恢复默认。您的模型文件夹和服务器仍然保留。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>PresetBoxes</name>
    <message>
        <source>Preset for the card</source>
        <translation>显卡预设</translation>
    </message>
    <message>
        <source>Preset for the aim</source>
        <translation>目标预设</translation>
    </message>
    <message>
        <source>Card: own settings</source>
        <translation>显卡：自定义</translation>
    </message>
    <message>
        <source>Preset of the card</source>
        <translation>显卡预设</translation>
    </message>
    <message>
        <source>Aim: own settings</source>
        <translation>目的：自定义</translation>
    </message>
    <message>
        <source>Preset of the aim</source>
        <translation>目标预设</translation>
    </message>
</context>
<context>
    <name>ProblemList</name>
    <message numerus="yes">
        <source>%n thing(s) to mend before this can start:</source>
        <translation>
            <numerusform>开始之前有 %n 处需要改正：</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProblemsDialog</name>
    <message>
        <source>Answers that could not be read</source>
        <translation>无法读取的回答</translation>
    </message>
    <message>
        <source>Boxes of these answers that could be read were kept. A double click shows the picture.</source>
        <translation>这些回答中可读取的框已保留。双击可查看图片。</translation>
    </message>
    <message>
        <source>Ask about these again</source>
        <translation>重新询问这些图片</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>QuestionView</name>
    <message>
        <source>Ask in other words; this version stays</source>
        <translation>换一种问法；这一版会保留</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>重新提问</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>RecentList</name>
    <message>
        <source>Recent projects</source>
        <translation>最近的项目</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Locate…</source>
        <translation>查找…</translation>
    </message>
    <message>
        <source>Say where the project lies now</source>
        <translation>指明项目现在的位置</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>从列表中移除</translation>
    </message>
    <message>
        <source>The project&apos;s file stays where it is (Del)</source>
        <translation>项目文件仍留在原处（Del）</translation>
    </message>
    <message>
        <source>Where is “{name}” now?</source>
        <translation>“{name}”现在在哪里？</translation>
    </message>
    <message>
        <source>Projects (*{ending})</source>
        <translation>项目 (*{ending})</translation>
    </message>
    <message>
        <source>“{name}” is not listed any more. Its file stays.</source>
        <translation>“{name}”已不在列表中，文件仍在。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>RecentModel</name>
    <message>
        <source>Not there any more</source>
        <translation>已不在原处</translation>
    </message>
    <message>
        <source>Today, {time}</source>
        <translation>今天 {time}</translation>
    </message>
    <message>
        <source>Yesterday, {time}</source>
        <translation>昨天 {time}</translation>
    </message>
</context>
<context>
    <name>RecordView</name>
    <message>
        <source>Record before</source>
        <translation>上一条记录</translation>
    </message>
    <message>
        <source>Next record</source>
        <translation>下一条记录</translation>
    </message>
    <message>
        <source>Turns of the conversation</source>
        <translation>对话的各轮</translation>
    </message>
    <message>
        <source>Picture {number} of {count}</source>
        <translation>图片 {number}/{count}</translation>
    </message>
    <message>
        <source>This conversation shows no picture.</source>
        <translation>这段对话没有图片。</translation>
    </message>
</context>
<context>
    <name>RefBars</name>
    <message>
        <source>Refs</source>
        <translation>指代</translation>
    </message>
    <message>
        <source>Search refs</source>
        <translation>搜索指代</translation>
    </message>
    <message numerus="yes">
        <source>%n ref(s)</source>
        <translation>
            <numerusform>%n 个指代</numerusform>
        </translation>
    </message>
    <message>
        <source>No ref is called so.</source>
        <translation>没有这样的指代。</translation>
    </message>
</context>
<context>
    <name>RefEditor</name>
    <message>
        <source>Ref, for example “red cup”</source>
        <translation>指代，例如“红色杯子”</translation>
    </message>
    <message>
        <source>Ref of the region</source>
        <translation>区域的指代</translation>
    </message>
    <message>
        <source>Suggested refs</source>
        <translation>建议的指代</translation>
    </message>
</context>
<context>
    <name>RefModel</name>
    <message>
        <source>{ref}: {regions} regions on {pictures} pictures. Click to see them.</source>
        <translation>{ref}：{pictures} 张图片上共 {regions} 个区域。点击查看。</translation>
    </message>
    <message>
        <source>(no ref)</source>
        <translation>（没有指代）</translation>
    </message>
</context>
<context>
    <name>RegionDesk</name>
    <message>
        <source>Type a ref. Enter takes it, Tab completes, 1–9 give a listed one, Esc leaves it as it is.</source>
        <translation>输入指代。Enter 确认，Tab 补全，1–9 选用列出的指代，Esc 保持不变。</translation>
    </message>
    <message>
        <source>Click the opposite corner. Esc cancels.</source>
        <translation>点击对角。Esc 取消。</translation>
    </message>
    <message>
        <source>Corner {number} of 4. Backspace takes the last one back, Esc cancels.</source>
        <translation>第 {number} 个角，共 4 个。退格键撤回上一个，Esc 取消。</translation>
    </message>
    <message>
        <source>Esc cancels.</source>
        <translation>Esc 取消。</translation>
    </message>
    <message>
        <source>Proposed by a model: Enter takes it, Del rejects it, a drag or an arrow key puts it right.</source>
        <translation>由模型建议：回车采纳，Del 拒绝，拖动或按方向键可改正。</translation>
    </message>
    <message>
        <source>{count} regions. Arrow keys nudge them, 1–9 give a ref to all, Del deletes.</source>
        <translation>{count} 个区域。方向键微移，1–9 为全部指定指代，Del 删除。</translation>
    </message>
    <message>
        <source>Arrow keys nudge, with Shift by 10 px. 1–9 give a ref, Enter edits it, Del deletes.</source>
        <translation>方向键微移，加 Shift 移动 10 像素。1–9 指定指代，Enter 编辑，Del 删除。</translation>
    </message>
    <message>
        <source>Click to select, drag to gather. Shift adds. B goes back to drawing boxes.</source>
        <translation>单击选择，拖动框选，Shift 追加。按 B 回到画框。</translation>
    </message>
    <message numerus="yes">
        <source>A model proposes %n box(es): Tab goes to them.</source>
        <translation>
            <numerusform>模型建议了 %n 个框：按 Tab 逐个查看。</numerusform>
        </translation>
    </message>
    <message>
        <source>Shift+Enter takes all, Shift+Del rejects all.</source>
        <translation>Shift+回车全部采纳，Shift+Del 全部拒绝。</translation>
    </message>
    <message>
        <source>The next region will be “{ref}”.</source>
        <translation>下一个区域将是“{ref}”。</translation>
    </message>
    <message>
        <source>Click the four corners of a quad, in order. Esc goes back to boxes.</source>
        <translation>依次单击四边形的四个角。Esc 回到画框。</translation>
    </message>
    <message>
        <source>Click to set a point. Esc goes back to boxes.</source>
        <translation>单击放置点。Esc 回到画框。</translation>
    </message>
    <message>
        <source>Drag to draw a box, or click two corners. Ctrl and drag selects, Space and drag pans.</source>
        <translation>拖动画框，或单击两个对角。Ctrl 加拖动框选，空格加拖动平移。</translation>
    </message>
    <message>
        <source>Locked regions stay. Unlock them first to delete them.</source>
        <translation>锁定的区域予以保留。要删除请先解锁。</translation>
    </message>
    <message numerus="yes">
        <source>The region is deleted. Its box stays in %n answer(s).</source>
        <translation>
            <numerusform>区域已删除。它的框仍在 %n 个回答中。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The regions are deleted. Their boxes stay in %n answer(s).</source>
        <translation>
            <numerusform>区域已删除。它们的框仍在 %n 个回答中。</numerusform>
        </translation>
    </message>
    <message>
        <source>Remove there too</source>
        <translation>也从回答中移除</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>There are no regions on the clipboard.</source>
        <translation>剪贴板上没有区域。</translation>
    </message>
</context>
<context>
    <name>RegionModel</name>
    <message>
        <source>no ref</source>
        <translation>没有指代</translation>
    </message>
    <message>
        <source>{ref}, locked</source>
        <translation>{ref}，已锁定</translation>
    </message>
</context>
<context>
    <name>RegionPanel</name>
    <message>
        <source>Regions</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Token of the selected region</source>
        <translation>所选区域的记号</translation>
    </message>
    <message>
        <source>Copy the token</source>
        <translation>复制记号</translation>
    </message>
    <message>
        <source>Regions ({count})</source>
        <translation>区域（{count}）</translation>
    </message>
    <message>
        <source>Nothing selected</source>
        <translation>未选中</translation>
    </message>
    <message>
        <source>{count} regions selected</source>
        <translation>已选中 {count} 个区域</translation>
    </message>
    <message>
        <source>Regions of this picture</source>
        <translation>这张图片的区域</translation>
    </message>
</context>
<context>
    <name>RelinkDialog</name>
    <message>
        <source>Find moved files</source>
        <translation>查找移走的文件</translation>
    </message>
    <message>
        <source>Choose the folder in which the pictures are now. Files are known again by what they hold, whatever their names. They stay where they are.</source>
        <translation>请选择图片现在所在的文件夹。无论文件名如何，都会按内容辨认文件。文件保留在原处。</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>By name and size only (quick)</source>
        <translation>只按文件名和大小（快速）</translation>
    </message>
    <message>
        <source>Does not read the files: for very many pictures, or a slow disk</source>
        <translation>不读取文件内容：适合图片很多或磁盘较慢时</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>查找结果</translation>
    </message>
    <message>
        <source>Link them</source>
        <translation>重新关联</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Folder of the pictures</source>
        <translation>图片所在的文件夹</translation>
    </message>
    <message>
        <source>Looking in {folder}…</source>
        <translation>正在 {folder} 中查找…</translation>
    </message>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>找到 %n 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n in several places</source>
        <translation>
            <numerusform>%n 个在多处都有</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n already in the project under the new name</source>
        <translation>
            <numerusform>%n 个已以新名称在项目中</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not there</source>
        <translation>
            <numerusform>%n 个没有找到</numerusform>
        </translation>
    </message>
    <message>
        <source>same content</source>
        <translation>内容相同</translation>
    </message>
    <message>
        <source>same name and size</source>
        <translation>文件名和大小相同</translation>
    </message>
    <message>
        <source>{path}: several files are meant: {places}</source>
        <translation>{path}：有多个可能的文件：{places}</translation>
    </message>
    <message>
        <source>{path}: {file} is in the project already; take the missing one out</source>
        <translation>{path}：{file} 已在项目中；请移除缺失的一项</translation>
    </message>
    <message>
        <source>{path}: not there</source>
        <translation>{path}：没有找到</translation>
    </message>
    <message numerus="yes">
        <source>Link %n picture(s)</source>
        <translation>
            <numerusform>关联 %n 张图片</numerusform>
        </translation>
    </message>
    <message>
        <source>Find moved pictures</source>
        <translation>查找移走的图片</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) linked to where they are now.</source>
        <translation>
            <numerusform>已将 %n 张图片关联到现在的位置。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RenameBar</name>
    <message>
        <source>New name of the label</source>
        <translation>标签的新名称</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Rename “{ref}” in the whole project</source>
        <translation>在整个项目中重命名“{ref}”</translation>
    </message>
    <message>
        <source>Make {refs} one label</source>
        <translation>将{refs}合并为一个标签</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>Regions: {count}</source>
        <translation>区域：{count}</translation>
    </message>
    <message>
        <source>Pictures: {count}</source>
        <translation>图片：{count}</translation>
    </message>
    <message>
        <source>Turns of conversations that follow: {count}</source>
        <translation>随之更改的对话轮次：{count}</translation>
    </message>
    <message numerus="yes">
        <source>%n region(s) have this label already; they become one label.</source>
        <translation>
            <numerusform>已有 %n 个区域使用此标签；将合并为一个标签。</numerusform>
        </translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
</context>
<context>
    <name>ReportView</name>
    <message>
        <source>Help from others</source>
        <translation>寻求帮助</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Nothing of that kind is in the log.</source>
        <translation>日志中没有此类内容。</translation>
    </message>
    <message>
        <source>Versions, this machine and the last troubles. It holds no pictures, and nothing is sent: copy it to whoever helps you.</source>
        <translation>版本、本机信息和最近的问题。不含图片，也不会发送任何内容：请复制给帮助您的人。</translation>
    </message>
    <message>
        <source>Show folders and file names too</source>
        <translation>同时显示文件夹和文件名</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Report and log</source>
        <translation>报告与日志</translation>
    </message>
    <message>
        <source>Crash</source>
        <translation>崩溃</translation>
    </message>
    <message>
        <source>Without a crash</source>
        <translation>不含崩溃信息</translation>
    </message>
    <message>
        <source>With the crash of {time}</source>
        <translation>含 {time} 的崩溃</translation>
    </message>
    <message>
        <source>With the last crash</source>
        <translation>含上次的崩溃</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>What is shown</source>
        <translation>显示内容</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>警告和错误</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Find in the log</source>
        <translation>在日志中查找</translation>
    </message>
    <message>
        <source>Show its folder</source>
        <translation>打开所在文件夹</translation>
    </message>
    <message>
        <source>Read again</source>
        <translation>重新读取</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>{path}: the report could not be saved ({reason}).</source>
        <translation>{path}：报告无法保存（{reason}）。</translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message>
        <source>Ask a model…</source>
        <translation>询问模型…</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>框</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>Drafts</source>
        <translation>草稿</translation>
    </message>
    <message>
        <source>No project is open</source>
        <translation>没有打开的项目</translation>
    </message>
    <message>
        <source>Open or make one to begin.</source>
        <translation>打开或新建一个项目以开始。</translation>
    </message>
    <message>
        <source>No box waits for you</source>
        <translation>没有待审阅的框</translation>
    </message>
    <message>
        <source>Let a model look for refs on many pictures.
You take or reject each box; nothing of yours is replaced.</source>
        <translation>让模型在许多图片上查找指代。
每个框由您采纳或拒绝；您自己的标注不会被替换。</translation>
    </message>
    <message>
        <source>No difference waits for you</source>
        <translation>没有待审阅的差异</translation>
    </message>
    <message>
        <source>Let a model look again for what you have drawn.
Where it misses, adds or moves a box is listed here, the worst pictures first.</source>
        <translation>让模型重新查找您已标注的内容。
它漏掉、多出或位置不同的框会列在这里，差异最大的图片在前。</translation>
    </message>
    <message>
        <source>No draft waits for you</source>
        <translation>没有待审阅的草稿</translation>
    </message>
    <message>
        <source>Ask one question about many pictures. Answers you take become conversations.</source>
        <translation>就许多图片问同一个问题。您采纳的回答会成为对话。</translation>
    </message>
    <message numerus="yes">
        <source>The model has been asked about %n picture(s).</source>
        <translation>
            <numerusform>已向模型询问 %n 张图片。</numerusform>
        </translation>
    </message>
    <message>
        <source>Show</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>The job rests: {reason}</source>
        <translation>任务已暂停：{reason}</translation>
    </message>
</context>
<context>
    <name>ReviewPictures</name>
    <message numerus="yes">
        <source>%n box(es)</source>
        <translation>
            <numerusform>%n 个框</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not found</source>
        <translation>
            <numerusform>%n 个未找到</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not drawn</source>
        <translation>
            <numerusform>%n 个未标注</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n apart</source>
        <translation>
            <numerusform>%n 个有偏差</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunActions</name>
    <message>
        <source>Folder of the new model</source>
        <translation>新模型的文件夹</translation>
    </message>
    <message>
        <source>{name} was merged and stands among the models.</source>
        <translation>{name} 已合并，列在模型之中。</translation>
    </message>
    <message>
        <source>Open Models</source>
        <translation>打开“模型”</translation>
    </message>
    <message>
        <source>Chat with it</source>
        <translation>用它聊天</translation>
    </message>
    <message>
        <source>{name} is in the trash.</source>
        <translation>{name} 已移到回收站。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>RunHead</name>
    <message>
        <source>Name of the run</source>
        <translation>训练的名称</translation>
    </message>
    <message>
        <source>Star this run</source>
        <translation>给此次训练加星标</translation>
    </message>
    <message>
        <source>Your note to this run</source>
        <translation>给此次训练写备注</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Pause and free the card</source>
        <translation>暂停并释放显卡</translation>
    </message>
    <message>
        <source>Saves everything and ends the process; going on takes up the run exactly where it was</source>
        <translation>保存一切并结束进程；继续时从原处精确接着训练</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Stop and save</source>
        <translation>停止并保存</translation>
    </message>
    <message>
        <source>Show samples now</source>
        <translation>立即查看样例</translation>
    </message>
    <message>
        <source>End now, without saving</source>
        <translation>立即结束，不保存</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>恢复训练</translation>
    </message>
    <message>
        <source>Chat with it</source>
        <translation>用它聊天</translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation>评测</translation>
    </message>
    <message>
        <source>Merge into a model folder</source>
        <translation>合并为模型文件夹</translation>
    </message>
    <message>
        <source>Pre-annotate with it</source>
        <translation>用它预标注</translation>
    </message>
    <message>
        <source>Train again from this</source>
        <translation>以此为基础再训练</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>On the split: {name}</source>
        <translation>在划分上：{name}</translation>
    </message>
    <message>
        <source>As precise as the base…</source>
        <translation>与基础模型同精度…</translation>
    </message>
    <message>
        <source>In 8 bits…</source>
        <translation>8 位…</translation>
    </message>
    <message>
        <source>In 4 bits…</source>
        <translation>4 位…</translation>
    </message>
    <message>
        <source>Pausing…</source>
        <translation>正在暂停…</translation>
    </message>
    <message>
        <source>Free the card</source>
        <translation>释放显卡</translation>
    </message>
    <message>
        <source>Saving and freeing the card…</source>
        <translation>正在保存并释放显卡…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>Stop the run first</source>
        <translation>请先停止训练</translation>
    </message>
    <message>
        <source>Moves the run to the trash, where it can be brought back</source>
        <translation>移到回收站，可以再取回</translation>
    </message>
</context>
<context>
    <name>RunList</name>
    <message>
        <source>Training runs</source>
        <translation>训练任务</translation>
    </message>
    <message>
        <source>Rename	F2</source>
        <translation>重命名	F2</translation>
    </message>
    <message>
        <source>Remove the star</source>
        <translation>取消星标</translation>
    </message>
    <message>
        <source>Star</source>
        <translation>加星标</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Train again from this</source>
        <translation>以此为基础再训练</translation>
    </message>
    <message>
        <source>Delete	Del</source>
        <translation>删除	Del</translation>
    </message>
</context>
<context>
    <name>RunLog</name>
    <message>
        <source>Open the whole log</source>
        <translation>打开完整日志</translation>
    </message>
    <message>
        <source>Last lines of the log</source>
        <translation>日志的最后几行</translation>
    </message>
    <message>
        <source>Hide the log</source>
        <translation>收起日志</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>查看日志</translation>
    </message>
    <message>
        <source>The log is empty.</source>
        <translation>日志是空的。</translation>
    </message>
</context>
<context>
    <name>RunNews</name>
    <message>
        <source>Training run {name}: {state}</source>
        <translation>训练 {name}：{state}</translation>
    </message>
    <message>
        <source>Show it</source>
        <translation>查看</translation>
    </message>
</context>
<context>
    <name>RunPanel</name>
    <message>
        <source>New run</source>
        <translation>新任务</translation>
    </message>
    <message>
        <source>Find runs</source>
        <translation>查找训练</translation>
    </message>
    <message>
        <source>Order of the runs</source>
        <translation>训练的顺序</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>最新的在前</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>按名称</translation>
    </message>
    <message>
        <source>Best Acc@0.5 first</source>
        <translation>Acc@0.5 最高的在前</translation>
    </message>
    <message>
        <source>By state</source>
        <translation>按状态</translation>
    </message>
    <message numerus="yes">
        <source>Trash: %n run(s)</source>
        <translation>
            <numerusform>回收站：%n 次训练</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Compare %n run(s)</source>
        <translation>
            <numerusform>比较 %n 次训练</numerusform>
        </translation>
    </message>
    <message>
        <source>Bring back “{name}”, deleted {when}</source>
        <translation>取回“{name}”（{when} 删除）</translation>
    </message>
    <message>
        <source>Empty the trash ({size})</source>
        <translation>清空回收站（{size}）</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n run(s) for good</source>
        <translation>
            <numerusform>彻底删除 %n 次训练</numerusform>
        </translation>
    </message>
    <message>
        <source>Runs appear here. They go on when the window is closed.</source>
        <translation>训练任务会出现在这里。关闭窗口后它们会继续运行。</translation>
    </message>
    <message>
        <source>No run is called so.</source>
        <translation>没有这样的训练。</translation>
    </message>
</context>
<context>
    <name>RunView</name>
    <message>
        <source>Starting the training process…</source>
        <translation>正在启动训练进程…</translation>
    </message>
    <message>
        <source>Forecast {forecast}, one real step took {measured} of {free} that were free.</source>
        <translation>预估 {forecast}，实测一步用了 {measured}，当时可用 {free}。</translation>
    </message>
</context>
<context>
    <name>RunWorks</name>
    <message>
        <source>It ended without a result.</source>
        <translation>结束了，但没有结果。</translation>
    </message>
</context>
<context>
    <name>SearchLine</name>
    <message>
        <source>Empty the line</source>
        <translation>清空</translation>
    </message>
</context>
<context>
    <name>ServerClient</name>
    <message>
        <source>{url} does not answer. Is the server running, and the address right?</source>
        <translation>{url} 没有应答。服务器在运行吗？地址对吗？</translation>
    </message>
    <message>
        <source>{url} went away in the middle of the answer.</source>
        <translation>{url} 在回答途中断开了。</translation>
    </message>
</context>
<context>
    <name>ServerForm</name>
    <message>
        <source>Other servers</source>
        <translation>其他服务器</translation>
    </message>
    <message>
        <source>Any address that speaks OpenAI&apos;s protocol: vLLM, SGLang, LM Studio, Ollama, or this program on another machine. Questions and pictures are sent there. The key stays in your settings, never in a project.</source>
        <translation>任何支持 OpenAI 协议的地址：vLLM、SGLang、LM Studio、Ollama，或另一台机器上的本程序。问题和图片会发送到那里。密钥只保存在你的设置里，不会写入项目。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Ask it</source>
        <translation>查询</translation>
    </message>
    <message>
        <source>Ask the server which models it has</source>
        <translation>向服务器查询它有哪些模型</translation>
    </message>
    <message>
        <source>This program&apos;s server</source>
        <translation>本程序的服务器</translation>
    </message>
    <message>
        <source>The family of the model: it says how boxes are written, and how large pictures are</source>
        <translation>模型的系列：决定框的写法和图片的大小</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>系列</translation>
    </message>
    <message>
        <source>New server…</source>
        <translation>新服务器…</translation>
    </message>
    <message>
        <source>An address begins with http:// or https:// and names a machine.</source>
        <translation>地址以 http:// 或 https:// 开头，并写明主机。</translation>
    </message>
    <message>
        <source>Name the model, or ask the server which it has.</source>
        <translation>请填写模型名称，或向服务器查询。</translation>
    </message>
    <message>
        <source>Choose the family of the model.</source>
        <translation>请选择模型的系列。</translation>
    </message>
    <message>
        <source>Kept. Choose it at the top of the page, in the place of a model.</source>
        <translation>已保存。在页面顶部选择模型的地方选用它。</translation>
    </message>
    <message>
        <source>Asking…</source>
        <translation>正在查询…</translation>
    </message>
    <message>
        <source>It names its models: {count}.</source>
        <translation>服务器列出了模型：{count} 个。</translation>
    </message>
    <message>
        <source>It answers, but names no models. Type the name.</source>
        <translation>服务器有应答，但没有列出模型。请输入名称。</translation>
    </message>
    <message>
        <source>It does not answer as it should: {reason}</source>
        <translation>服务器的应答不正常：{reason}</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Other edits came after this one. Undo takes them back one by one.</source>
        <translation>此后还有其他编辑。可用撤销逐步撤回。</translation>
    </message>
    <message>
        <source>Something went wrong that should not have: {reason}. The log has the details.</source>
        <translation>出现了不该出现的问题：{reason}。详情见日志。</translation>
    </message>
    <message>
        <source>Undo: {step}</source>
        <translation>撤销：{step}</translation>
    </message>
    <message>
        <source>Redo: {step}</source>
        <translation>重做：{step}</translation>
    </message>
</context>
<context>
    <name>SettingsMenu</name>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>外观</translation>
    </message>
</context>
<context>
    <name>SettingsView</name>
    <message>
        <source>Settings of the answers</source>
        <translation>回答的设置</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>For example: Answer in one sentence.</source>
        <translation>例如：用一句话回答。</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>系统提示</translation>
    </message>
    <message>
        <source>What the model is told before this chat begins. New chats begin with the same words.</source>
        <translation>在这次聊天开始之前告诉模型的话。新的聊天也以它开始。</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>0 takes the likeliest word each time: best for boxes, and the same answer every time. Higher is freer, and less certain.</source>
        <translation>0 表示每次取最可能的词：最适合画框，每次回答都相同。数值越高越自由，也越不确定。</translation>
    </message>
    <message>
        <source>Top p</source>
        <translation>Top p</translation>
    </message>
    <message>
        <source>Only the likeliest words that make up this share are drawn from. 1 leaves none out. Counts when the temperature is above 0.</source>
        <translation>只在累计达到这一份额的最可能的词中抽取。1 表示不排除任何词。温度高于 0 时有效。</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>回答的最大长度</translation>
    </message>
    <message>
        <source>In tokens: a word has one or two, a box about twelve. A longer answer is cut off there.</source>
        <translation>以 token 计：一个词约一到两个，一个框约十二个。更长的回答会在此截断。</translation>
    </message>
    <message>
        <source>Chance</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>The same number draws the same answer again. Empty: another one each time.</source>
        <translation>相同的数字会得到相同的回答。留空则每次不同。</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>询问</translation>
    </message>
    <message>
        <source>Unload it</source>
        <translation>卸载</translation>
    </message>
    <message>
        <source>Keep it loaded</source>
        <translation>保持加载</translation>
    </message>
    <message>
        <source>When training begins</source>
        <translation>训练开始时</translation>
    </message>
    <message>
        <source>The model of this page takes memory that a run may need. It is loaded again by the next question.</source>
        <translation>本页的模型占用了训练可能需要的内存。下一次提问时会重新加载。</translation>
    </message>
    <message>
        <source>{name} is not in the list any more.</source>
        <translation>{name} 已不在列表中。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>ShelfView</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>No model yet. Download one below, or add the folder of one.</source>
        <translation>还没有模型。请在下面下载，或添加一个模型文件夹。</translation>
    </message>
    <message>
        <source>Adapters</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>Adapters appear here when a training run of this project ends.</source>
        <translation>本项目的训练结束后，适配器会出现在这里。</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>正在校验…</translation>
    </message>
    <message>
        <source>Checking… {share} %</source>
        <translation>正在校验… {share} %</translation>
    </message>
    <message>
        <source>Every file is as the hub had it ({count} files).</source>
        <translation>每个文件都与模型站上的一致（共 {count} 个）。</translation>
    </message>
    <message>
        <source>Damaged: {names}. Only these files are fetched again.</source>
        <translation>已损坏：{names}。修复时只重新下载这些文件。</translation>
    </message>
    <message>
        <source>{name} is damaged: {names}.</source>
        <translation>{name} 已损坏：{names}。</translation>
    </message>
    <message>
        <source>Mend</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>{name} is in the trash. Its room is free once the trash is emptied.</source>
        <translation>{name} 已移到回收站。清空回收站后空间才会释放。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>Speaker</name>
    <message numerus="yes">
        <source>%n box(es)</source>
        <translation>
            <numerusform>%n 个框</numerusform>
        </translation>
    </message>
    <message>
        <source>{count}; selected: {number}</source>
        <translation>{count}；已选中：{number} 个</translation>
    </message>
    <message>
        <source>{count}; selected: {names}</source>
        <translation>{count}；已选中：{names}</translation>
    </message>
    <message>
        <source>without a ref</source>
        <translation>没有名称</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>{first} to {second}</source>
        <translation>{first} 到 {second}</translation>
    </message>
</context>
<context>
    <name>SplitView</name>
    <message>
        <source>At random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>With each ref in its share</source>
        <translation>按指代比例</translation>
    </message>
    <message>
        <source>By whole folders</source>
        <translation>按整个文件夹</translation>
    </message>
    <message>
        <source>Every picture has the same chance.</source>
        <translation>每张图片的机会相同。</translation>
    </message>
    <message>
        <source>Rare refs are divided first, so that every split has some of each.</source>
        <translation>先分配少见的指代，使每个划分都包含各种指代。</translation>
    </message>
    <message>
        <source>A folder is never torn apart; folders called train, val or test are that split.</source>
        <translation>同一文件夹不会拆开；名为 train、val 或 test 的文件夹归入相应划分。</translation>
    </message>
    <message>
        <source>The same seed gives the same division</source>
        <translation>相同的种子得到相同的划分</translation>
    </message>
    <message>
        <source>Keep pictures that look alike together</source>
        <translation>相似的图片放在一起</translation>
    </message>
    <message>
        <source>Only filtered pictures</source>
        <translation>只用筛选出的图片</translation>
    </message>
    <message>
        <source>Those that pass the filter of the Pictures and Annotate pages; the others keep their splits</source>
        <translation>“图片”和“标注”页筛选出的图片；其余图片保持原有划分</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Give at least one split a share.</source>
        <translation>请至少给一个划分设置比例。</translation>
    </message>
    <message>
        <source>Dividing…</source>
        <translation>正在划分…</translation>
    </message>
    <message>
        <source>Split pictures</source>
        <translation>划分图片</translation>
    </message>
    <message>
        <source>Split into {counts}.</source>
        <translation>已划分为 {counts}。</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) stay together with others.</source>
        <translation>
            <numerusform>%n 张图片与其他图片放在一起。</numerusform>
        </translation>
    </message>
    <message>
        <source>{count} pictures were not read yet; those that look alike may be parted.</source>
        <translation>还有 {count} 张图片没有读取；相似的图片可能会被分开。</translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s) lose a split of their own.</source>
        <translation>
            <numerusform>%n 段对话将不再有单独的划分。</numerusform>
        </translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Divide the project</source>
        <translation>划分项目</translation>
    </message>
    <message>
        <source>What the division gives</source>
        <translation>划分结果</translation>
    </message>
    <message>
        <source>Regions of each ref</source>
        <translation>各指代的区域数</translation>
    </message>
</context>
<context>
    <name>StartChoice</name>
    <message>
        <source>The program did not start as it should the last times</source>
        <translation>程序前几次没能正常启动</translation>
    </message>
    <message>
        <source>In safe mode it starts with the usual settings, keys and place, and opens no project by itself. Your own settings, projects and models stay as they are.</source>
        <translation>在安全模式下，程序用默认的设置、按键和窗口位置启动，不会自动打开项目。您自己的设置、项目和模型都保持原样。</translation>
    </message>
    <message>
        <source>Start in safe mode</source>
        <translation>以安全模式启动</translation>
    </message>
    <message>
        <source>Start normally</source>
        <translation>正常启动</translation>
    </message>
</context>
<context>
    <name>StartNotes</name>
    <message>
        <source>The program ended unexpectedly last time. Your project was kept, every edit of it.</source>
        <translation>程序上次意外退出。您的项目及每一次编辑都已保留。</translation>
    </message>
    <message>
        <source>Show the report</source>
        <translation>查看报告</translation>
    </message>
    <message>
        <source>Safe mode: the usual settings are in force. Your own are neither used nor changed.</source>
        <translation>安全模式：正在使用默认设置。您自己的设置既不使用，也不改动。</translation>
    </message>
    <message>
        <source>Start normally</source>
        <translation>正常启动</translation>
    </message>
    <message>
        <source>This is version {version} of QVL Desktop.</source>
        <translation>这是 QVL Desktop 的 {version} 版。</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>新变化</translation>
    </message>
</context>
<context>
    <name>StatisticsView</name>
    <message>
        <source>Split</source>
        <translation>划分</translation>
    </message>
    <message>
        <source>All splits</source>
        <translation>全部划分</translation>
    </message>
    <message>
        <source>Only filtered pictures</source>
        <translation>只用筛选出的图片</translation>
    </message>
    <message>
        <source>Those that pass the filter of the Pictures and Annotate pages</source>
        <translation>“图片”和“标注”页筛选出的图片</translation>
    </message>
    <message>
        <source>Longer conversations are found by the check. The Conversations page chooses the model.</source>
        <translation>检查会找出更长的对话。所用模型在“对话”页选择。</translation>
    </message>
    <message>
        <source>CSV…</source>
        <translation>CSV…</translation>
    </message>
    <message>
        <source>PNG…</source>
        <translation>PNG…</translation>
    </message>
    <message>
        <source>Boxes on a picture</source>
        <translation>每张图片的框数</translation>
    </message>
    <message>
        <source>Size of boxes: share of the picture</source>
        <translation>框的大小（占图片的比例）</translation>
    </message>
    <message>
        <source>Place of boxes</source>
        <translation>框的位置</translation>
    </message>
    <message>
        <source>Size of pictures</source>
        <translation>图片尺寸</translation>
    </message>
    <message>
        <source>Turns of a conversation</source>
        <translation>对话的轮数</translation>
    </message>
    <message>
        <source>Length of conversations, in tokens</source>
        <translation>对话长度（token）</translation>
    </message>
    <message>
        <source>{pictures} pictures · {regions} regions · {conversations} conversations</source>
        <translation>{pictures} 张图片 · {regions} 个区域 · {conversations} 段对话</translation>
    </message>
    <message>
        <source>{range} boxes: {count} pictures</source>
        <translation>{range} 个框：{count} 张图片</translation>
    </message>
    <message>
        <source>{range} turns: {count} conversations</source>
        <translation>{range} 轮：{count} 段对话</translation>
    </message>
    <message>
        <source>{low} to {high} of the picture: {count} boxes</source>
        <translation>占图片 {low} 到 {high}：{count} 个框</translation>
    </message>
    <message>
        <source>{width} × {height}: {count} pictures</source>
        <translation>{width} × {height}：{count} 张图片</translation>
    </message>
    <message numerus="yes">
        <source>and %n other size(s)</source>
        <translation>
            <numerusform>还有 %n 种其他尺寸</numerusform>
        </translation>
    </message>
    <message>
        <source>Length of conversations, in tokens of {model}</source>
        <translation>对话长度（{model} 的 token）</translation>
    </message>
    <message>
        <source>{range} tokens: {count} conversations</source>
        <translation>{range} 个 token：{count} 段对话</translation>
    </message>
    <message numerus="yes">
        <source>%n too long for the limit</source>
        <translation>
            <numerusform>%n 段超出上限</numerusform>
        </translation>
    </message>
    <message>
        <source>{count} counted so far</source>
        <translation>目前已统计 {count} 段</translation>
    </message>
    <message>
        <source>All fit.</source>
        <translation>全部未超出上限。</translation>
    </message>
    <message>
        <source>{x} % from the left, {y} % from the top: {count} boxes</source>
        <translation>距左 {x} %，距上 {y} %：{count} 个框</translation>
    </message>
    <message>
        <source>Save statistics</source>
        <translation>保存统计</translation>
    </message>
    <message>
        <source>{path} cannot be written: {reason}</source>
        <translation>无法写入 {path}：{reason}</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>已保存：{path}</translation>
    </message>
    <message>
        <source>Not saved: {path}</source>
        <translation>未能保存：{path}</translation>
    </message>
    <message>
        <source>Statistics</source>
        <translation>统计</translation>
    </message>
    <message>
        <source>Tokens that fit</source>
        <translation>token 上限</translation>
    </message>
</context>
<context>
    <name>Strip</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>SuggestionLayer</name>
    <message>
        <source>not found</source>
        <translation>模型未找到</translation>
    </message>
    <message>
        <source>not drawn</source>
        <translation>您未标注</translation>
    </message>
    <message>
        <source>overlap {share}</source>
        <translation>重叠度 {share}</translation>
    </message>
    <message>
        <source>suggested</source>
        <translation>建议</translation>
    </message>
</context>
<context>
    <name>TalkDesk</name>
    <message>
        <source>A box belongs to the picture that is named last before it: picture {number}.</source>
        <translation>框属于在它前面最后提到的图片：图片 {number}。</translation>
    </message>
    <message numerus="yes">
        <source>%n token(s) of the deleted boxes stay in the text and stand for themselves.</source>
        <translation>
            <numerusform>被删除的框在文本中留有 %n 个记号，它们从此独立。</numerusform>
        </translation>
    </message>
    <message>
        <source>Draw a box for it</source>
        <translation>为它画框</translation>
    </message>
    <message>
        <source>Make plain words (Del)</source>
        <translation>变为普通文字 (Del)</translation>
    </message>
    <message>
        <source>Unlink from its region (L)</source>
        <translation>取消与区域的关联 (L)</translation>
    </message>
    <message>
        <source>Link to</source>
        <translation>关联到</translation>
    </message>
    <message>
        <source>Make it a region</source>
        <translation>变为区域</translation>
    </message>
    <message>
        <source>Move to the left (Alt+Left)</source>
        <translation>左移 (Alt+Left)</translation>
    </message>
    <message>
        <source>Move to the right (Alt+Right)</source>
        <translation>右移 (Alt+Right)</translation>
    </message>
    <message>
        <source>Take it out of the text (Del)</source>
        <translation>从文本中移除 (Del)</translation>
    </message>
    <message>
        <source>Name it (Enter)</source>
        <translation>命名 (Enter)</translation>
    </message>
    <message>
        <source>Text in it: “{text}”…</source>
        <translation>其中的文字：“{text}”…</translation>
    </message>
    <message>
        <source>Text that stands in it…</source>
        <translation>其中的文字…</translation>
    </message>
    <message>
        <source>Delete (Del)</source>
        <translation>删除 (Del)</translation>
    </message>
    <message>
        <source>The model is running again. The chat is as it was: go on.</source>
        <translation>模型已重新运行。聊天保持原样，请继续。</translation>
    </message>
    <message>
        <source>The model was unloaded before it answered.</source>
        <translation>模型在回答之前被卸载了。</translation>
    </message>
</context>
<context>
    <name>TemplateChoice</name>
    <message>
        <source>This picture</source>
        <translation>这张图片</translation>
    </message>
    <message>
        <source>The pictures of the list</source>
        <translation>列表中的图片</translation>
    </message>
    <message>
        <source>All pictures with boxes</source>
        <translation>所有带框的图片</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>The same seed gives the same questions, wordings and absent things.</source>
        <translation>相同的种子给出相同的问题、措辞和不存在的物体。</translation>
    </message>
    <message>
        <source>Replace earlier ones of these kinds</source>
        <translation>替换之前生成的同类对话</translation>
    </message>
    <message>
        <source>Conversations that were edited by hand always stay.</source>
        <translation>手动修改过的对话总会保留。</translation>
    </message>
    <message>
        <source>Any split</source>
        <translation>任意划分</translation>
    </message>
    <message>
        <source>Without a split</source>
        <translation>未划分</translation>
    </message>
    <message>
        <source>Any ref</source>
        <translation>任意指代</translation>
    </message>
    <message>
        <source>Only pictures of this split</source>
        <translation>只用该划分的图片</translation>
    </message>
    <message>
        <source>Only pictures with this ref</source>
        <translation>只用含该指代的图片</translation>
    </message>
    <message>
        <source>Change its wordings</source>
        <translation>修改措辞</translation>
    </message>
    <message>
        <source>Change the wordings of “{name}”</source>
        <translation>修改“{name}”的措辞</translation>
    </message>
    <message>
        <source>Ask for</source>
        <translation>提问类型</translation>
    </message>
    <message>
        <source>A template of your own</source>
        <translation>自定义模板</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>For</source>
        <translation>范围</translation>
    </message>
</context>
<context>
    <name>TemplateDialog</name>
    <message>
        <source>Conversations from boxes</source>
        <translation>由框生成对话</translation>
    </message>
    <message>
        <source>Make conversations</source>
        <translation>生成对话</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>Choose at least one kind.</source>
        <translation>请至少选择一类。</translation>
    </message>
    <message>
        <source>There are no boxes with a ref to ask about. Draw some on the Annotate page first.</source>
        <translation>没有带指代的框可供提问。请先在“标注”页画框。</translation>
    </message>
    <message>
        <source>There is nothing to ask about: no box has a ref, or text that was typed for it.</source>
        <translation>没有可提问的内容：没有带指代或文字的框。</translation>
    </message>
    <message>
        <source>New conversations: {count}</source>
        <translation>新对话：{count}</translation>
    </message>
    <message>
        <source>Pictures: {count}</source>
        <translation>图片：{count}</translation>
    </message>
    <message>
        <source>Replaced: {count}</source>
        <translation>已替换：{count}</translation>
    </message>
    <message>
        <source>Kept: {count}</source>
        <translation>已保留：{count}</translation>
    </message>
    <message>
        <source>Nothing to show yet.</source>
        <translation>还没有可显示的内容。</translation>
    </message>
    <message>
        <source>Another example</source>
        <translation>换一个例子</translation>
    </message>
    <message>
        <source>Edited by hand, kept: {count}</source>
        <translation>手动修改过、保留：{count}</translation>
    </message>
    <message>
        <source>Conversations made: {made}. Undo takes them back.</source>
        <translation>已生成 {made} 段对话。可以撤销。</translation>
    </message>
    <message>
        <source>Examples</source>
        <translation>示例</translation>
    </message>
</context>
<context>
    <name>TemplateEditor</name>
    <message>
        <source>Questions</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Answers when it is not there</source>
        <translation>不存在时的回答</translation>
    </message>
    <message>
        <source>Template of your own</source>
        <translation>自定义模板</translation>
    </message>
    <message>
        <source>Name of the template</source>
        <translation>模板名称</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>As shipped</source>
        <translation>恢复默认</translation>
    </message>
    <message>
        <source>Delete the template</source>
        <translation>删除模板</translation>
    </message>
    <message>
        <source>Line {number}: {reason}</source>
        <translation>第 {number} 行：{reason}</translation>
    </message>
    <message>
        <source>One wording a line; the seed chooses among them. Placeholders:</source>
        <translation>每行一种措辞，由种子从中选择。占位符：</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Absent refs a picture</source>
        <translation>每张图片询问几个不存在的物体</translation>
    </message>
</context>
<context>
    <name>ThreadDesk</name>
    <message>
        <source>{title} (copy)</source>
        <translation>{title}（副本）</translation>
    </message>
    <message>
        <source>Chat deleted.</source>
        <translation>聊天已删除。</translation>
    </message>
    <message>
        <source>{count} chats deleted.</source>
        <translation>已删除 {count} 个聊天。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>These chats belong to another project: open it first.</source>
        <translation>这些聊天属于另一个项目：请先打开它。</translation>
    </message>
    <message>
        <source>Export the chat</source>
        <translation>导出聊天</translation>
    </message>
    <message>
        <source>Written: {path}</source>
        <translation>已写入：{path}</translation>
    </message>
    <message>
        <source>The chat could not be written: {reason}. Choose another folder.</source>
        <translation>无法写入聊天：{reason}。请选择另一个文件夹。</translation>
    </message>
    <message>
        <source>This chat is not kept: {reason}</source>
        <translation>这个聊天没有保存：{reason}</translation>
    </message>
</context>
<context>
    <name>ThreadList</name>
    <message>
        <source>Search chats</source>
        <translation>搜索聊天</translation>
    </message>
    <message>
        <source>Searches titles, questions and answers</source>
        <translation>搜索标题、问题和回答</translation>
    </message>
    <message>
        <source>Name of the folder</source>
        <translation>文件夹名称</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>聊天</translation>
    </message>
    <message>
        <source>No chat has these words.</source>
        <translation>没有聊天包含这些文字。</translation>
    </message>
    <message>
        <source>Chats are kept here: each begins with its first question.</source>
        <translation>聊天保存在这里：从第一个问题开始。</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Take all out of this folder</source>
        <translation>全部移出此文件夹</translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation>创建副本</translation>
    </message>
    <message>
        <source>Move to folder</source>
        <translation>移到文件夹</translation>
    </message>
    <message>
        <source>No folder</source>
        <translation>不放入文件夹</translation>
    </message>
    <message>
        <source>New folder…</source>
        <translation>新建文件夹…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>TokenBar</name>
    <message>
        <source>For which model the tokens are counted and the preview is made</source>
        <translation>按哪个模型计算 token 并预览</translation>
    </message>
    <message>
        <source>The longest sample that training takes; longer ones are left out</source>
        <translation>训练接受的最长样本，更长的会被略过</translation>
    </message>
    <message>
        <source>{count} of {limit} tokens, {over} too many</source>
        <translation>{count} / {limit} 个 token，超出 {over}</translation>
    </message>
    <message>
        <source>About {count} of {limit} tokens: too long</source>
        <translation>约 {count} / {limit} 个 token：太长</translation>
    </message>
    <message>
        <source>{count} of {limit} tokens</source>
        <translation>{count} / {limit} 个 token</translation>
    </message>
    <message>
        <source>About {count} of {limit} tokens</source>
        <translation>约 {count} / {limit} 个 token</translation>
    </message>
    <message>
        <source>Counted with the model&apos;s own vocabulary.</source>
        <translation>按模型自己的词表计算。</translation>
    </message>
    <message>
        <source>An estimate: the vocabulary of this model is not on this machine.</source>
        <translation>估计值：本机没有该模型的词表。</translation>
    </message>
    <message>
        <source>The model itself reads up to {length} tokens.</source>
        <translation>模型本身最多读取 {length} 个 token。</translation>
    </message>
    <message>
        <source>Training leaves longer conversations out; the red line shows where the limit falls.</source>
        <translation>更长的对话训练时会被略过；红线标出上限所在。</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 个 token</translation>
    </message>
</context>
<context>
    <name>TokenText</name>
    <message>
        <source>Tokens of the sample; what is learnt is underlined</source>
        <translation>样本的 token；学习的部分带下划线</translation>
    </message>
    <message numerus="yes">
        <source>%n picture token(s)</source>
        <translation>
            <numerusform>%n 个图片 token</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ToolStrip</name>
    <message>
        <source>Brightness and contrast of the view; the file stays as it is</source>
        <translation>显示的亮度和对比度；文件不变</translation>
    </message>
    <message>
        <source>Brightness and contrast</source>
        <translation>亮度和对比度</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>No project</source>
        <translation>没有项目</translation>
    </message>
    <message numerus="yes">
        <source>%n run(s) training</source>
        <translation>
            <numerusform>%n 个任务正在训练</numerusform>
        </translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>最近的项目</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>Tour</name>
    <message>
        <source>The tour waits at “{step}”. It goes on from the settings menu or from Ctrl+K.</source>
        <translation>导览停在“{step}”。可从设置菜单或用 Ctrl+K 继续。</translation>
    </message>
    <message>
        <source>Open the demo project</source>
        <translation>打开演示项目</translation>
    </message>
    <message>
        <source>The project was closed. Open one, and the tour goes on here.</source>
        <translation>项目已关闭。打开一个项目，导览就从这里继续。</translation>
    </message>
    <message>
        <source>The demo project was left out here. Open a project of your own, and the tour goes on.</source>
        <translation>这里没有附带演示项目。打开您自己的项目，导览就会继续。</translation>
    </message>
    <message>
        <source>Go to {page}: click it at the left, or press {keys}.</source>
        <translation>前往“{page}”页：点击左侧的按钮，或按 {keys}。</translation>
    </message>
    <message>
        <source>Take me there</source>
        <translation>带我去</translation>
    </message>
    <message>
        <source>Show it</source>
        <translation>显示出来</translation>
    </message>
</context>
<context>
    <name>TourCard</name>
    <message>
        <source>Tour: {place} of {of}</source>
        <translation>导览：第 {place} 步，共 {of} 步</translation>
    </message>
    <message>
        <source>Done.</source>
        <translation>完成了。</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>结束</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Leave the tour; it goes on here next time (Esc)</source>
        <translation>离开导览；下次从这里继续（Esc）</translation>
    </message>
</context>
<context>
    <name>TrainPage</name>
    <message>
        <source>{source} is not here any more.</source>
        <translation>{source} 已不在这里。</translation>
    </message>
</context>
<context>
    <name>TrainedTextView</name>
    <message>
        <source>Back to the settings</source>
        <translation>返回设置</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>What is learnt</source>
        <translation>学习什么</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>划分</translation>
    </message>
    <message>
        <source>All splits</source>
        <translation>全部划分</translation>
    </message>
    <message>
        <source>Train this way</source>
        <translation>按此训练</translation>
    </message>
    <message>
        <source>Number of the sample</source>
        <translation>样本编号</translation>
    </message>
    <message>
        <source>The sample before (Left)</source>
        <translation>上一个样本（左）</translation>
    </message>
    <message>
        <source>The next sample (Right)</source>
        <translation>下一个样本（右）</translation>
    </message>
    <message>
        <source>Token borders</source>
        <translation>token 边界</translation>
    </message>
    <message>
        <source>Open the conversation</source>
        <translation>打开对话</translation>
    </message>
    <message>
        <source>What is trained on</source>
        <translation>学习的内容</translation>
    </message>
    <message>
        <source>Underlined on green: learnt, the loss looks at these tokens. Grey: only read. {sign} stands for a picture.</source>
        <translation>绿底下划线：学习的部分，损失只看这些 token。灰色：只读取。{sign} 代表一张图片。</translation>
    </message>
    <message>
        <source>The next sample</source>
        <translation>下一个样本</translation>
    </message>
    <message>
        <source>The sample before</source>
        <translation>上一个样本</translation>
    </message>
    <message>
        <source>Choose data to learn from first: a project or a file.</source>
        <translation>请先选择要学习的数据：项目或文件。</translation>
    </message>
    <message>
        <source>of {count}</source>
        <translation>/ {count}</translation>
    </message>
    <message>
        <source>{source} · {tokens} tokens, {learnt} learnt</source>
        <translation>{source} · {tokens} 个 token，学习其中 {learnt} 个</translation>
    </message>
    <message>
        <source>Left out: {reason}</source>
        <translation>已略过：{reason}</translation>
    </message>
    <message>
        <source>Reading the samples as this model is taught them…</source>
        <translation>正在按此模型的方式读取样本…</translation>
    </message>
    <message numerus="yes">
        <source>%n left out: show</source>
        <translation>
            <numerusform>略过 %n 个：查看</numerusform>
        </translation>
    </message>
    <message>
        <source>{samples} samples are learnt from, {tokens} tokens, {learnt} of them learnt · the longest has {longest} of {limit}</source>
        <translation>学习 {samples} 个样本，共 {tokens} 个 token，学习其中 {learnt} 个 · 最长 {longest}，上限 {limit}</translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message>
        <source>Show earlier messages</source>
        <translation>显示更早的消息</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>聊天</translation>
    </message>
</context>
<context>
    <name>TroubleButton</name>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Help on this message</source>
        <translation>关于这条消息的帮助</translation>
    </message>
    <message>
        <source>What the help says about this message</source>
        <translation>帮助里对这条消息的说明</translation>
    </message>
</context>
<context>
    <name>TurnEditor</name>
    <message>
        <source>Text of the turn</source>
        <translation>这一轮的文字</translation>
    </message>
    <message>
        <source>Mend</source>
        <translation>修正</translation>
    </message>
    <message>
        <source>Correct this fault (Alt+Enter)</source>
        <translation>修正这个问题 (Alt+Enter)</translation>
    </message>
    <message numerus="yes">
        <source>(and %n more)</source>
        <translation>
            <numerusform>（还有 %n 处）</numerusform>
        </translation>
    </message>
    <message>
        <source>Ctrl+Enter keeps the text, Esc leaves it as it was.</source>
        <translation>Ctrl+Enter 保存文字，Esc 保持原样。</translation>
    </message>
</context>
<context>
    <name>TurnView</name>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>助手</translation>
    </message>
    <message>
        <source>Mend</source>
        <translation>修正</translation>
    </message>
    <message>
        <source>Correct this fault</source>
        <translation>修正这个问题</translation>
    </message>
    <message>
        <source>The turn is empty. Double-click to write it.</source>
        <translation>这一轮是空的。双击即可书写。</translation>
    </message>
    <message>
        <source>Who speaks (R)</source>
        <translation>说话者 (R)</translation>
    </message>
    <message>
        <source>Edit as text (Enter)</source>
        <translation>以文字编辑（Enter）</translation>
    </message>
    <message>
        <source>Move up (Alt+Up)</source>
        <translation>上移（Alt+↑）</translation>
    </message>
    <message>
        <source>Move down (Alt+Down)</source>
        <translation>下移（Alt+↓）</translation>
    </message>
    <message>
        <source>Duplicate (Ctrl+D)</source>
        <translation>复制 (Ctrl+D)</translation>
    </message>
    <message>
        <source>Delete the turn (Del)</source>
        <translation>删除这一轮（Del）</translation>
    </message>
    <message>
        <source>Edit as text</source>
        <translation>以文字编辑</translation>
    </message>
    <message>
        <source>Add a turn behind it</source>
        <translation>在后面添加一轮</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Delete the turn</source>
        <translation>删除这一轮</translation>
    </message>
</context>
<context>
    <name>ValidationView</name>
    <message>
        <source>Validations and samples</source>
        <translation>验证与样例</translation>
    </message>
    <message>
        <source>Step of the validation</source>
        <translation>验证的步数</translation>
    </message>
    <message>
        <source>Green and dashed: true. Blue: answered. A click shows a picture larger.</source>
        <translation>绿色虚线：真实框。蓝色：回答。点击可放大图片。</translation>
    </message>
    <message>
        <source>Sample with true and predicted boxes</source>
        <translation>带真实框和预测框的样例</translation>
    </message>
    <message>
        <source>The validation before</source>
        <translation>上一次验证</translation>
    </message>
    <message>
        <source>The next validation</source>
        <translation>下一次验证</translation>
    </message>
    <message>
        <source>Phrase</source>
        <translation>短语</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>框</translation>
    </message>
    <message>
        <source>Acc@0.5</source>
        <translation>Acc@0.5</translation>
    </message>
    <message>
        <source>mean IoU</source>
        <translation>平均 IoU</translation>
    </message>
    <message>
        <source>Figures of each phrase at this step, worst first</source>
        <translation>此步每个短语的数值，最差的在前</translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation>第 {step} 步</translation>
    </message>
    <message>
        <source>Samples that were asked for; nothing was measured at this step.</source>
        <translation>按要求给出的样例；此步没有测量。</translation>
    </message>
    <message>
        <source>Acc@0.5 {share}</source>
        <translation>Acc@0.5 {share}</translation>
    </message>
    <message>
        <source>mean IoU {share}</source>
        <translation>平均 IoU {share}</translation>
    </message>
    <message>
        <source>precision {share}</source>
        <translation>精确率 {share}</translation>
    </message>
    <message>
        <source>{count} of {asked} answers unreadable</source>
        <translation>{asked} 个回答中 {count} 个无法读取</translation>
    </message>
    <message>
        <source>loss {loss}</source>
        <translation>损失 {loss}</translation>
    </message>
</context>
<context>
    <name>WaysOut</name>
    <message>
        <source>All is saved and the card is free. Going on takes up the run exactly where it was.</source>
        <translation>一切已保存，显卡已释放。继续时从原处精确接着训练。</translation>
    </message>
    <message>
        <source>Check the data</source>
        <translation>检查数据</translation>
    </message>
    <message>
        <source>Open Conversations</source>
        <translation>打开“对话”</translation>
    </message>
    <message>
        <source>Open Models</source>
        <translation>打开“模型”</translation>
    </message>
    <message>
        <source>If memory was short: find settings that need less</source>
        <translation>若是内存不足：查找占用更少的设置</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>查看日志</translation>
    </message>
    <message>
        <source>Open the sample: {source}</source>
        <translation>打开样本：{source}</translation>
    </message>
    <message>
        <source>New run with learning rate {rate}</source>
        <translation>以学习率 {rate} 新建训练</translation>
    </message>
    <message>
        <source>Looking for the cheapest changes that make it fit…</source>
        <translation>正在查找代价最小且放得下的改动…</translation>
    </message>
    <message>
        <source>No setting needs less: choose a smaller model, or close other programs.</source>
        <translation>没有占用更少的设置：请选择更小的模型，或关闭其他程序。</translation>
    </message>
    <message>
        <source>Each of these needs less memory, the least costly first:</source>
        <translation>以下每一项都占用更少的内存，代价最小的在前：</translation>
    </message>
    <message>
        <source>Go on with {change}</source>
        <translation>继续，改为 {change}</translation>
    </message>
    <message>
        <source>New run with {change}</source>
        <translation>新建训练，改为 {change}</translation>
    </message>
    <message>
        <source>Looking for what could be freed…</source>
        <translation>正在查找可以释放的空间…</translation>
    </message>
    <message>
        <source>Empty the trash: {size}</source>
        <translation>清空回收站：{size}</translation>
    </message>
    <message>
        <source>Clear the cache of pictures, which is made anew: {size}</source>
        <translation>清除图片缓存（会重新生成）：{size}</translation>
    </message>
    <message>
        <source>Delete the checkpoints of finished runs, not their results: {size}</source>
        <translation>删除已完成训练的检查点（保留结果）：{size}</translation>
    </message>
    <message>
        <source>{size} are free there. This can go:</source>
        <translation>那里剩余 {size}。可以清理：</translation>
    </message>
    <message>
        <source>{size} are free there. Nothing of this program&apos;s could go: free something else, then resume.</source>
        <translation>那里剩余 {size}。本程序没有可清理的：请释放别的空间，然后恢复训练。</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>恢复训练</translation>
    </message>
    <message>
        <source>Delete for good? Click again</source>
        <translation>彻底删除？请再点一次</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>COCO, YOLO, VOC, LabelMe, ShareGPT and more. Its project is made first.</source>
        <translation>COCO、YOLO、VOC、LabelMe、ShareGPT 等。会先为它新建项目。</translation>
    </message>
    <message>
        <source>You can also drop a folder, a data set, pictures or a project here.</source>
        <translation>也可以把文件夹、数据集、图片或项目拖到这里。</translation>
    </message>
    <message>
        <source>From pictures to a model that points</source>
        <translation>从图片到会指物的模型</translation>
    </message>
    <message>
        <source>Draw boxes, turn them into conversations, tune the model on them, and ask it about new pictures. Everything stays on this machine.</source>
        <translation>画框，把框变成对话，用它们微调模型，再拿新图片来问它。一切都留在本机。</translation>
    </message>
    <message>
        <source>Take the tour</source>
        <translation>开始导览</translation>
    </message>
    <message>
        <source>Once all the way round, in ten minutes, on the demo project</source>
        <translation>用演示项目把全过程走一遍，约十分钟</translation>
    </message>
    <message>
        <source>Go on with the tour</source>
        <translation>继续导览</translation>
    </message>
    <message>
        <source>Step {place} of {of}: {title}</source>
        <translation>第 {place} 步，共 {of} 步：{title}</translation>
    </message>
    <message>
        <source>Samples to look at</source>
        <translation>示例项目</translation>
    </message>
</context>
<context>
    <name>WhoBox</name>
    <message>
        <source>Who answers</source>
        <translation>谁来回答</translation>
    </message>
    <message>
        <source>A model on this machine</source>
        <translation>本机上的模型</translation>
    </message>
    <message>
        <source>Another server (OpenAI-compatible)</source>
        <translation>其他服务器（兼容 OpenAI）</translation>
    </message>
    <message>
        <source>Only where the server asks for one</source>
        <translation>仅当服务器要求时填写</translation>
    </message>
    <message>
        <source>This program&apos;s server</source>
        <translation>本程序的服务器</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Ask the server which models it has</source>
        <translation>查询服务器上有哪些模型</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查询…</translation>
    </message>
    <message numerus="yes">
        <source>%n model(s) there</source>
        <translation>
            <numerusform>有 %n 个模型</numerusform>
        </translation>
    </message>
    <message>
        <source>The server answers and lists no models: type its name.</source>
        <translation>服务器有应答，但未列出模型：请输入模型名称。</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>系列</translation>
    </message>
    <message>
        <source>How that model writes boxes; the wrong family puts them in the wrong places</source>
        <translation>该模型书写框的方式；系列选错会使框的位置出错</translation>
    </message>
</context>
<context>
    <name>WorkBar</name>
    <message>
        <source>Pictures being added</source>
        <translation>正在添加的图片</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Add no more; the pictures that are in stay</source>
        <translation>不再添加，已添加的图片保留</translation>
    </message>
    <message>
        <source>Searching for pictures…</source>
        <translation>正在查找图片…</translation>
    </message>
    <message>
        <source>Searching for pictures… {count} found</source>
        <translation>正在查找图片… 已找到 {count} 张</translation>
    </message>
    <message>
        <source>Adding pictures: {done} of {total}</source>
        <translation>正在添加图片：{done} / {total}</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>WorkLine</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Ending…</source>
        <translation>正在结束…</translation>
    </message>
    <message>
        <source>The evaluation failed: {reason}</source>
        <translation>评测失败：{reason}</translation>
    </message>
    <message>
        <source>Merging failed: {reason}</source>
        <translation>合并失败：{reason}</translation>
    </message>
    <message>
        <source>Asking the base model and the tuned one the same questions…</source>
        <translation>正在向基础模型和调优后的模型提同样的问题…</translation>
    </message>
    <message>
        <source>Measured. The figures are below.</source>
        <translation>已测量，结果在下方。</translation>
    </message>
    <message>
        <source>Merged: {folder}</source>
        <translation>已合并：{folder}</translation>
    </message>
    <message>
        <source>Merging into {folder}…</source>
        <translation>正在合并到 {folder}…</translation>
    </message>
</context>
<context>
    <name>_RefDelegate</name>
    <message>
        <source>(no ref)</source>
        <translation>（没有指代）</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>New project…</source>
        <translation>新建项目…</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>打开项目…</translation>
    </message>
    <message>
        <source>New project from a folder of pictures…</source>
        <translation>用图片文件夹新建项目…</translation>
    </message>
    <message>
        <source>Open the demo project</source>
        <translation>打开演示项目</translation>
    </message>
    <message>
        <source>Import data…</source>
        <translation>导入数据…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Show the project&apos;s folder</source>
        <translation>显示项目所在文件夹</translation>
    </message>
    <message>
        <source>Close project</source>
        <translation>关闭项目</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Find a command…</source>
        <translation>查找命令…</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Guided tour</source>
        <translation>导览</translation>
    </message>
    <message>
        <source>Guided tour from the beginning</source>
        <translation>从头开始导览</translation>
    </message>
    <message>
        <source>Keys…</source>
        <translation>快捷键…</translation>
    </message>
    <message>
        <source>Preferences…</source>
        <translation>偏好设置…</translation>
    </message>
    <message>
        <source>Report and log…</source>
        <translation>报告与日志…</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>新变化</translation>
    </message>
    <message>
        <source>Start again in safe mode</source>
        <translation>以安全模式重新启动</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
</context>
<context>
    <name>annotate</name>
    <message>
        <source>Previous picture</source>
        <translation>上一张图片</translation>
    </message>
    <message>
        <source>Next picture</source>
        <translation>下一张图片</translation>
    </message>
    <message>
        <source>Filter pictures</source>
        <translation>筛选图片</translation>
    </message>
    <message>
        <source>Edit ref</source>
        <translation>编辑指代</translation>
    </message>
    <message>
        <source>Select next region</source>
        <translation>选中下一个区域</translation>
    </message>
    <message>
        <source>Select previous region</source>
        <translation>选中上一个区域</translation>
    </message>
    <message>
        <source>Next untouched picture</source>
        <translation>下一张未处理的图片</translation>
    </message>
    <message>
        <source>Previous untouched picture</source>
        <translation>上一张未处理的图片</translation>
    </message>
    <message>
        <source>Picture is done</source>
        <translation>图片已完成</translation>
    </message>
    <message>
        <source>Skip picture</source>
        <translation>跳过图片</translation>
    </message>
    <message>
        <source>Done, and on to the next untouched</source>
        <translation>完成，并转到下一张未处理的图片</translation>
    </message>
    <message>
        <source>Draw boxes</source>
        <translation>画框</translation>
    </message>
    <message>
        <source>Draw quads</source>
        <translation>画四边形</translation>
    </message>
    <message>
        <source>Set points</source>
        <translation>放置点</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>选择</translation>
    </message>
    <message>
        <source>New box in the middle</source>
        <translation>在中央新建框</translation>
    </message>
    <message>
        <source>Delete regions</source>
        <translation>删除区域</translation>
    </message>
    <message>
        <source>Lock regions</source>
        <translation>锁定区域</translation>
    </message>
    <message>
        <source>Turn boxes into quads</source>
        <translation>将框转为四边形</translation>
    </message>
    <message>
        <source>Turn quads into boxes</source>
        <translation>将四边形转为框</translation>
    </message>
    <message>
        <source>Select all regions</source>
        <translation>选中所有区域</translation>
    </message>
    <message>
        <source>Take all suggestions on the picture</source>
        <translation>采纳此图片上的全部建议</translation>
    </message>
    <message>
        <source>Reject all suggestions on the picture</source>
        <translation>拒绝此图片上的全部建议</translation>
    </message>
    <message>
        <source>Show what a model proposes</source>
        <translation>显示模型的建议</translation>
    </message>
    <message>
        <source>Copy regions</source>
        <translation>复制区域</translation>
    </message>
    <message>
        <source>Cut regions</source>
        <translation>剪切区域</translation>
    </message>
    <message>
        <source>Paste regions</source>
        <translation>粘贴区域</translation>
    </message>
    <message>
        <source>Duplicate regions</source>
        <translation>创建区域副本</translation>
    </message>
    <message>
        <source>Copy regions from previous picture</source>
        <translation>复制上一张图片的区域</translation>
    </message>
    <message>
        <source>Find or add a label</source>
        <translation>查找或添加标签</translation>
    </message>
    <message>
        <source>Rename the label everywhere</source>
        <translation>在整个项目中重命名标签</translation>
    </message>
    <message>
        <source>Fit picture to view</source>
        <translation>图片适应窗口</translation>
    </message>
    <message>
        <source>Actual size</source>
        <translation>实际大小</translation>
    </message>
    <message>
        <source>Zoom to selection</source>
        <translation>缩放到所选区域</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Hide boxes</source>
        <translation>隐藏框</translation>
    </message>
    <message>
        <source>Hide labels on the picture</source>
        <translation>隐藏图片上的标签</translation>
    </message>
    <message>
        <source>Dim what is not selected</source>
        <translation>淡化未选中的区域</translation>
    </message>
    <message>
        <source>Show lines to aim with</source>
        <translation>显示瞄准线</translation>
    </message>
    <message>
        <source>Show the overview when zoomed in</source>
        <translation>放大时显示总览</translation>
    </message>
    <message>
        <source>Brighter</source>
        <translation>调亮</translation>
    </message>
    <message>
        <source>Darker</source>
        <translation>调暗</translation>
    </message>
    <message>
        <source>More contrast</source>
        <translation>增加对比度</translation>
    </message>
    <message>
        <source>Less contrast</source>
        <translation>降低对比度</translation>
    </message>
    <message>
        <source>Brightness and contrast as they are</source>
        <translation>恢复原来的亮度和对比度</translation>
    </message>
    <message>
        <source>Go to the next list or field</source>
        <translation>转到下一个列表或输入框</translation>
    </message>
    <message>
        <source>Give the label of that digit</source>
        <translation>使用该数字键的标签</translation>
    </message>
    <message>
        <source>Select the next or previous region or suggestion</source>
        <translation>选择下一个或上一个区域或建议</translation>
    </message>
    <message>
        <source>Leave the picture for the next or previous field</source>
        <translation>离开图片，到下一个或上一个输入项</translation>
    </message>
    <message>
        <source>Type the ref of the selection, or take the suggestion</source>
        <translation>输入所选区域的指代，或采纳建议</translation>
    </message>
    <message>
        <source>Cancel, then select nothing, then go back to boxes</source>
        <translation>取消，再取消选中，再回到画框</translation>
    </message>
    <message>
        <source>Nudge the selection, or pan</source>
        <translation>微移所选区域，或平移</translation>
    </message>
    <message>
        <source>Nudge by 10 pixels</source>
        <translation>移动 10 像素</translation>
    </message>
    <message>
        <source>Move the lower right corner of a box</source>
        <translation>移动框的右下角</translation>
    </message>
    <message>
        <source>Pan while held, with the mouse</source>
        <translation>按住时用鼠标平移</translation>
    </message>
</context>
<context>
    <name>argparse</name>
    <message>
        <source>usage: </source>
        <translation>用法：</translation>
    </message>
    <message>
        <source>%(heading)s:</source>
        <translation>%(heading)s：</translation>
    </message>
    <message>
        <source>positional arguments</source>
        <translation>位置参数</translation>
    </message>
    <message>
        <source>options</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>show this help message and exit</source>
        <translation>显示此帮助并退出</translation>
    </message>
    <message>
        <source>%(prog)s: error: %(message)s
</source>
        <translation>%(prog)s：错误：%(message)s
</translation>
    </message>
    <message>
        <source>%(prog)s: warning: %(message)s
</source>
        <translation>%(prog)s：警告：%(message)s
</translation>
    </message>
    <message>
        <source>argument %(argument_name)s: %(message)s</source>
        <translation>参数 %(argument_name)s：%(message)s</translation>
    </message>
    <message>
        <source>the following arguments are required: %s</source>
        <translation>缺少以下参数：%s</translation>
    </message>
    <message>
        <source>one of the arguments %s is required</source>
        <translation>需要以下参数之一：%s</translation>
    </message>
    <message>
        <source>unrecognized arguments: %s</source>
        <translation>无法识别的参数：%s</translation>
    </message>
    <message>
        <source>ambiguous option: %(option)s could match %(matches)s</source>
        <translation>选项有歧义：%(option)s 可能指 %(matches)s</translation>
    </message>
    <message>
        <source>invalid choice: %(value)r (choose from %(choices)s)</source>
        <translation>选择无效：%(value)r（可选：%(choices)s）</translation>
    </message>
    <message>
        <source>invalid choice: %(value)r, maybe you meant %(maybe)r? (choose from %(choices)s)</source>
        <translation>选择无效：%(value)r，是否想用 %(maybe)r？（可选：%(choices)s）</translation>
    </message>
    <message>
        <source>invalid %(type)s value: %(value)r</source>
        <translation>%(type)s 的值无效：%(value)r</translation>
    </message>
    <message>
        <source>expected one argument</source>
        <translation>需要一个值</translation>
    </message>
    <message>
        <source>expected at most one argument</source>
        <translation>最多一个值</translation>
    </message>
    <message>
        <source>expected at least one argument</source>
        <translation>至少需要一个值</translation>
    </message>
    <message>
        <source>expected %s argument</source>
        <translation>需要 %s 个值</translation>
    </message>
    <message>
        <source>expected %s arguments</source>
        <translation>需要 %s 个值</translation>
    </message>
    <message>
        <source>not allowed with argument %s</source>
        <translation>不能与参数 %s 同时使用</translation>
    </message>
    <message>
        <source>ignored explicit argument %r</source>
        <translation>不接受给出的值 %r</translation>
    </message>
    <message>
        <source>unexpected option string: %s</source>
        <translation>意外的选项：%s</translation>
    </message>
    <message>
        <source>unknown parser %(parser_name)r (choices: %(choices)s)</source>
        <translation>未知的命令 %(parser_name)r（可选：%(choices)s）</translation>
    </message>
    <message>
        <source>can&apos;t open &apos;%(filename)s&apos;: %(error)s</source>
        <translation>无法打开“%(filename)s”：%(error)s</translation>
    </message>
    <message>
        <source>option &apos;%(option)s&apos; is deprecated</source>
        <translation>选项“%(option)s”已弃用</translation>
    </message>
    <message>
        <source>argument &apos;%(argument_name)s&apos; is deprecated</source>
        <translation>参数“%(argument_name)s”已弃用</translation>
    </message>
    <message>
        <source>command &apos;%(parser_name)s&apos; is deprecated</source>
        <translation>命令“%(parser_name)s”已弃用</translation>
    </message>
</context>
<context>
    <name>chat</name>
    <message>
        <source>New chat</source>
        <translation>新聊天</translation>
    </message>
    <message>
        <source>Search the chats</source>
        <translation>搜索聊天</translation>
    </message>
    <message>
        <source>Next chat in the list</source>
        <translation>列表中的下一个聊天</translation>
    </message>
    <message>
        <source>Previous chat in the list</source>
        <translation>列表中的上一个聊天</translation>
    </message>
    <message>
        <source>Show or hide the list of chats</source>
        <translation>显示或隐藏聊天列表</translation>
    </message>
    <message>
        <source>Duplicate the chat</source>
        <translation>创建聊天的副本</translation>
    </message>
    <message>
        <source>Export the chat</source>
        <translation>导出聊天</translation>
    </message>
    <message>
        <source>Settings of the answers</source>
        <translation>回答的设置</translation>
    </message>
    <message>
        <source>Go to the question</source>
        <translation>转到问题框</translation>
    </message>
    <message>
        <source>Add picture files to the question</source>
        <translation>给问题添加图片文件</translation>
    </message>
    <message>
        <source>Add pictures of the project to the question</source>
        <translation>给问题添加项目中的图片</translation>
    </message>
    <message>
        <source>Point at a place in the picture</source>
        <translation>在图片上指点一处</translation>
    </message>
    <message>
        <source>Ask the question in other words</source>
        <translation>换一种问法</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <source>The version before</source>
        <translation>上一版</translation>
    </message>
    <message>
        <source>The next version</source>
        <translation>下一版</translation>
    </message>
    <message>
        <source>Choose the answer above</source>
        <translation>选择上面的回答</translation>
    </message>
    <message>
        <source>Choose the answer below</source>
        <translation>选择下面的回答</translation>
    </message>
    <message>
        <source>Go to the boxes of the answer</source>
        <translation>转到回答的框</translation>
    </message>
    <message>
        <source>Add the chat up to this answer to the project</source>
        <translation>把到此回答为止的聊天加入项目</translation>
    </message>
    <message>
        <source>Copy the answer</source>
        <translation>复制回答</translation>
    </message>
    <message>
        <source>Show the tokens of the answer</source>
        <translation>显示回答的 token</translation>
    </message>
    <message>
        <source>Send the question</source>
        <translation>发送问题</translation>
    </message>
    <message>
        <source>Begin a line</source>
        <translation>换行</translation>
    </message>
    <message>
        <source>Change the last question, in an empty field</source>
        <translation>在空的输入框中修改上一个问题</translation>
    </message>
    <message>
        <source>Stop the answer</source>
        <translation>停止回答</translation>
    </message>
    <message>
        <source>Next or previous box</source>
        <translation>下一个或上一个框</translation>
    </message>
    <message>
        <source>Move the box; with Ctrl change its size</source>
        <translation>移动框；按住 Ctrl 改变大小</translation>
    </message>
    <message>
        <source>Add a box for the same words</source>
        <translation>为同样的文字添加框</translation>
    </message>
    <message>
        <source>Take the box out of the answer</source>
        <translation>从回答中去掉这个框</translation>
    </message>
    <message>
        <source>Open the chat or folder</source>
        <translation>打开聊天或文件夹</translation>
    </message>
    <message>
        <source>Rename the chat or folder</source>
        <translation>重命名聊天或文件夹</translation>
    </message>
    <message>
        <source>Delete the chats that are chosen</source>
        <translation>删除所选的聊天</translation>
    </message>
</context>
<context>
    <name>cli</name>
    <message>
        <source>let a model propose boxes or answers for a project</source>
        <translation>让模型为项目提出框或回答</translation>
    </message>
    <message>
        <source>Ask a model about the pictures of a project. What it proposes waits for review in the window (page Review) and is no part of the project&apos;s regions and conversations until it is accepted. Boxes that stand there already are not proposed, nor what was rejected before from the same model. Ctrl-C keeps what was heard; --resume goes on.</source>
        <translation>就项目中的图片询问模型。模型提出的内容在窗口的“审阅”页等待审阅，接受之前不属于项目的区域和对话。已有的框不会再提出，同一模型先前被拒绝的也不会。按 Ctrl-C 会保留已得到的结果，用 --resume 继续。</translation>
    </message>
    <message>
        <source>who answers</source>
        <translation>由谁回答</translation>
    </message>
    <message>
        <source>demo, a model folder, or a downloaded name; with --server its name there</source>
        <translation>demo、模型文件夹或已下载模型的名称；使用 --server 时为模型在该服务器上的名称</translation>
    </message>
    <message>
        <source>an adapter folder, or a run folder with one</source>
        <translation>适配器文件夹，或含适配器的训练文件夹</translation>
    </message>
    <message>
        <source>ask this OpenAI-compatible address (with /v1) in place of loading</source>
        <translation>不加载模型，改为询问这个 OpenAI 兼容地址（含 /v1）</translation>
    </message>
    <message>
        <source>that server&apos;s key [{variable}]</source>
        <translation>该服务器的密钥 [{variable}]</translation>
    </message>
    <message>
        <source>how the model behind --server writes boxes; {ours}: that server is this program&apos;s own</source>
        <translation>--server 背后的模型如何书写框；{ours}：该服务器就是本程序</translation>
    </message>
    <message>
        <source>auto, fp32, bf16, fp16, int8 or nf4 [auto]</source>
        <translation>auto、fp32、bf16、fp16、int8 或 nf4 [auto]</translation>
    </message>
    <message>
        <source>auto, cpu, cuda:0, ... [auto]</source>
        <translation>auto、cpu、cuda:0 等 [auto]</translation>
    </message>
    <message>
        <source>what is asked</source>
        <translation>询问什么</translation>
    </message>
    <message>
        <source>propose boxes of these refs</source>
        <translation>为这些指代提出框</translation>
    </message>
    <message>
        <source>propose boxes of everything the model names</source>
        <translation>为模型说出的一切提出框</translation>
    </message>
    <message>
        <source>ask for the refs that each picture has, and list where model and annotation disagree, worst first</source>
        <translation>按每张图片已有的指代询问，列出模型与标注不一致之处，最差的在前</translation>
    </message>
    <message>
        <source>ask this about each picture; answers wait as drafts</source>
        <translation>就每张图片问这个问题；回答作为草稿等待审阅</translation>
    </message>
    <message>
        <source>go on with the last job that was cut short</source>
        <translation>继续上次中断的任务</translation>
    </message>
    <message>
        <source>the wording for a ref, with {ref} in it [&quot;Find the {ref}.&quot;]</source>
        <translation>询问指代的措辞，其中含 {ref} [&quot;Find the {ref}.&quot;]</translation>
    </message>
    <message>
        <source>of the question, where none is given [en]</source>
        <translation>未给出问题时所用的语言 [en]</translation>
    </message>
    <message>
        <source>length of an answer at most [512]</source>
        <translation>回答的最大长度 [512]</translation>
    </message>
    <message>
        <source>below this overlap boxes disagree [{low}]</source>
        <translation>重叠低于此值即视为不一致 [{low}]</translation>
    </message>
    <message>
        <source>propose also what was rejected before</source>
        <translation>先前被拒绝的也再次提出</translation>
    </message>
    <message>
        <source>which pictures (all by default; conditions add up)</source>
        <translation>哪些图片（默认全部；条件叠加）</translation>
    </message>
    <message>
        <source>a filter kept in the project, or its JSON</source>
        <translation>项目中保存的筛选，或其 JSON</translation>
    </message>
    <message>
        <source>pictures in this folder, as stored</source>
        <translation>此文件夹中的图片（按存储的路径）</translation>
    </message>
    <message>
        <source>pictures with this in their name or folder</source>
        <translation>文件名或文件夹中含此文字的图片</translation>
    </message>
    <message>
        <source>pictures without any region</source>
        <translation>没有任何区域的图片</translation>
    </message>
    <message>
        <source>take what this job proposes at once, as one undo step (not for --differences)</source>
        <translation>立即采纳本任务提出的内容，作为一个撤销步骤（不适用于 --differences）</translation>
    </message>
    <message>
        <source>pictures asked at the same time [8]</source>
        <translation>同时询问的图片数 [8]</translation>
    </message>
    <message>
        <source>write every answer that could not be read here</source>
        <translation>把所有无法读取的回答写入此文件</translation>
    </message>
    <message>
        <source>print the result as JSON</source>
        <translation>以 JSON 输出结果</translation>
    </message>
    <message>
        <source>{project}: the job rests: {reason}. --resume goes on.</source>
        <translation>{project}：任务已暂停：{reason}。用 --resume 继续。</translation>
    </message>
    <message>
        <source>{project}: the job rests. --resume goes on.</source>
        <translation>{project}：任务已暂停。用 --resume 继续。</translation>
    </message>
    <message>
        <source>%n draft(s) proposed</source>
        <translation>提出 %n 份草稿</translation>
    </message>
    <message>
        <source>%n difference(s) proposed</source>
        <translation>提出 %n 处差异</translation>
    </message>
    <message>
        <source>%n box(es) proposed</source>
        <translation>提出 %n 个框</translation>
    </message>
    <message>
        <source>asked about {asked} of {total} pictures; {proposed}, {accepted} accepted; {unread} answers could not be read whole, {failed} pictures failed</source>
        <translation>已询问 {asked} 张图片，共 {total} 张；{proposed}，接受 {accepted}；{unread} 个回答无法完整读取，{failed} 张图片失败</translation>
    </message>
    <message>
        <source>say what is asked: --refs, --everything, --differences, --draft or --resume</source>
        <translation>请说明询问什么：--refs、--everything、--differences、--draft 或 --resume</translation>
    </message>
    <message>
        <source>say who answers: --model</source>
        <translation>请说明由谁回答：--model</translation>
    </message>
    <message>
        <source>--server needs --family: how that model writes boxes</source>
        <translation>--server 需要 --family：说明该模型如何书写框</translation>
    </message>
    <message>
        <source>--accept is not for --differences: somebody must look at them</source>
        <translation>--accept 不适用于 --differences：差异必须有人查看</translation>
    </message>
    <message>
        <source>--refs names none</source>
        <translation>--refs 没有给出任何指代</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>--filter: no filter of this name is kept (there are: {names}), and it is no JSON</source>
        <translation>--filter：没有保存这个名称的筛选（现有：{names}），它也不是 JSON</translation>
    </message>
    <message>
        <source>asked about {asked} of {total} pictures, {found} proposed</source>
        <translation>已询问 {asked} 张图片，共 {total} 张，提出 {found} 项</translation>
    </message>
    <message>
        <source>, about {time} left</source>
        <translation>，约剩 {time}</translation>
    </message>
    <message>
        <source>... and {count} more; --problems FILE writes all of them to a file</source>
        <translation>……另有 {count} 条；--problems FILE 会把全部写入文件</translation>
    </message>
    <message>
        <source>leave table (token embeddings), tower (visual encoder) or table,tower of a first-generation model in the host&apos;s memory: 1.2 and 3.6 GiB less on the card at full size [QVL_DESKTOP_ON_HOST]</source>
        <translation>把第一代模型的 table（token 嵌入）、tower（视觉编码器）或 table,tower 留在主机内存：完整尺寸时显存分别少用 1.2 和 3.6 GiB [QVL_DESKTOP_ON_HOST]</translation>
    </message>
    <message>
        <source>{text} is none of {names}</source>
        <translation>{text} 不在 {names} 之中</translation>
    </message>
    <message>
        <source>how first-generation Qwen-VL is asked: chatml for chat models, raw for the base model; auto as its generation_config.json says (an adapter: chatml) [auto]</source>
        <translation>如何询问第一代 Qwen-VL：对话模型用 chatml，基础模型用 raw；auto 按其 generation_config.json（适配器：chatml）[auto]</translation>
    </message>
    <message>
        <source>asked {done} of {total}</source>
        <translation>已询问 {done} / {total}</translation>
    </message>
    <message>
        <source>note: {text}</source>
        <translation>提示：{text}</translation>
    </message>
    <message>
        <source>loading libraries ...</source>
        <translation>正在加载程序库……</translation>
    </message>
    <message>
        <source>loading the model ...</source>
        <translation>正在加载模型……</translation>
    </message>
    <message>
        <source>loading the model in {how} ...</source>
        <translation>正在以 {how} 加载模型……</translation>
    </message>
    <message>
        <source>loading the adapter {name} ...</source>
        <translation>正在加载适配器 {name}……</translation>
    </message>
    <message>
        <source>loading {stage} ...</source>
        <translation>正在加载 {stage}……</translation>
    </message>
    <message>
        <source>what is kept of pictures between training runs</source>
        <translation>训练之间保留的图片特征</translation>
    </message>
    <message>
        <source>Training keeps what the model sees in each picture, so that the next run with the same model starts at once. This lists how much there is for each model, sets how much may stay, or clears it. Nothing is lost but time.</source>
        <translation>训练会保留模型在每张图片中看到的内容，使同一模型的下一次训练立即开始。此命令列出每个模型占用多少，设定可保留多少，或将其清除。损失的只有时间。</translation>
    </message>
    <message>
        <source>keep at most this much; 0 keeps nothing</source>
        <translation>最多保留这么多；0 表示不保留</translation>
    </message>
    <message>
        <source>delete everything that no run is using</source>
        <translation>删除没有训练在使用的一切</translation>
    </message>
    <message>
        <source>print one JSON object</source>
        <translation>输出一个 JSON 对象</translation>
    </message>
    <message>
        <source>{text}: name a size in GB, 0 or more</source>
        <translation>{text}：请给出以 GB 为单位的大小，不小于 0</translation>
    </message>
    <message>
        <source>kept {kept} of at most {limit}, {used} in use by a run</source>
        <translation>已保留 {kept}，上限 {limit}，其中 {used} 正被训练使用</translation>
    </message>
    <message>
        <source>kept {kept} of at most {limit}</source>
        <translation>已保留 {kept}，上限 {limit}</translation>
    </message>
    <message>
        <source>in use now</source>
        <translation>正在使用</translation>
    </message>
    <message>
        <source>used {time}</source>
        <translation>上次使用 {time}</translation>
    </message>
    <message>
        <source>{count} pictures</source>
        <translation>{count} 张图片</translation>
    </message>
    <message>
        <source>deleted {size}</source>
        <translation>已删除 {size}</translation>
    </message>
    <message>
        <source>look for faults in a project or data file; exit 1 on errors</source>
        <translation>检查项目或数据文件中的问题；有错误时退出码为 1</translation>
    </message>
    <message>
        <source>One line a finding: where, how grave, what, how to mend it, and its code. Exit 1 on errors.</source>
        <translation>每行一个问题：位置、严重程度、内容、修复办法及代码。有错误时退出码为 1。</translation>
    </message>
    <message>
        <source>the folder that picture paths count from</source>
        <translation>图片路径所相对的文件夹</translation>
    </message>
    <message>
        <source>also check what does not fit this model: a folder, or demo</source>
        <translation>同时检查与此模型不符之处：模型文件夹或 demo</translation>
    </message>
    <message>
        <source>print the findings as a JSON list</source>
        <translation>以 JSON 列表输出问题</translation>
    </message>
    <message>
        <source>longer conversations are told (default 2048)</source>
        <translation>更长的对话会被指出（默认 2048）</translation>
    </message>
    <message>
        <source>do not read picture files that were not read yet (no doubles among them)</source>
        <translation>不读取尚未读过的图片文件（不查其中的重复）</translation>
    </message>
    <message>
        <source>mend all findings of this code in the project (may be given again); each is one undo step</source>
        <translation>修复项目中此代码的所有问题（可多次给出）；每种为一个撤销步骤</translation>
    </message>
    <message>
        <source>only a project can be mended; import the file first</source>
        <translation>只有项目可以修复；请先导入该文件</translation>
    </message>
    <message>
        <source>%n conversation(s)</source>
        <translation>%n 个对话</translation>
    </message>
    <message>
        <source>{code} cannot be mended: it needs a person; open the project</source>
        <translation>{code} 无法自动修复：需要人工处理，请打开项目</translation>
    </message>
    <message>
        <source>{code} cannot be mended: there are {known}</source>
        <translation>{code} 无法自动修复：可用的有 {known}</translation>
    </message>
    <message>
        <source>pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>checked</source>
        <translation>已检查</translation>
    </message>
    <message>
        <source>{data}: {code}: {count} mended</source>
        <translation>{data}：{code}：已修复 {count} 处</translation>
    </message>
    <message>
        <source>%n picture(s)</source>
        <translation>%n 张图片</translation>
    </message>
    <message>
        <source>%n error(s)</source>
        <translation>%n 个错误</translation>
    </message>
    <message>
        <source>%n warning(s)</source>
        <translation>%n 个警告</translation>
    </message>
    <message>
        <source>{what}: {done} of {total}</source>
        <translation>{what}：{done} / {total}</translation>
    </message>
    <message>
        <source>make a project from a folder of pictures</source>
        <translation>用图片文件夹建立项目</translation>
    </message>
    <message>
        <source>index this folder and the folders below it</source>
        <translation>收录此文件夹及其子文件夹</translation>
    </message>
    <message>
        <source>bring a data file or folder into a project</source>
        <translation>把数据文件或文件夹导入项目</translation>
    </message>
    <message>
        <source>{formats}; found out by default</source>
        <translation>{formats}；默认自动识别</translation>
    </message>
    <message>
        <source>write a project&apos;s conversations or regions as a data file or folder</source>
        <translation>把项目的对话或区域写成数据文件或文件夹</translation>
    </message>
    <message>
        <source>{formats}; qwen-vl by default</source>
        <translation>{formats}；默认 qwen-vl</translation>
    </message>
    <message>
        <source>only this split</source>
        <translation>只含此划分</translation>
    </message>
    <message>
        <source>{count} left out</source>
        <translation>略去 {count} 个</translation>
    </message>
    <message>
        <source>how boxes in the text of the data are written: auto (default), {dialects}</source>
        <translation>数据文本中框的写法：auto（默认）、{dialects}</translation>
    </message>
    <message>
        <source>write boxes as this family of models does: {dialects}; the format is then sharegpt by default</source>
        <translation>按此模型系列的写法书写框：{dialects}；此时格式默认为 sharegpt</translation>
    </message>
    <message>
        <source>imported</source>
        <translation>已导入</translation>
    </message>
    <message>
        <source>dialect: {reason}</source>
        <translation>写法：{reason}</translation>
    </message>
    <message>
        <source>%n new picture(s)</source>
        <translation>%n 张新图片</translation>
    </message>
    <message>
        <source>%n new region(s)</source>
        <translation>%n 个新区域</translation>
    </message>
    <message>
        <source>{count} known already</source>
        <translation>已有 {count} 个</translation>
    </message>
    <message>
        <source>%n problem(s)</source>
        <translation>%n 个问题</translation>
    </message>
    <message>
        <source>exported</source>
        <translation>已导出</translation>
    </message>
    <message>
        <source>the project has {regions} regions and no conversations here. Make some from templates on the Conversations page, or export the regions (--format coco, yolo, voc or labelme).</source>
        <translation>项目有 {regions} 个区域，但这里没有对话。请在“对话”页用模板生成对话，或导出区域（--format coco、yolo、voc 或 labelme）。</translation>
    </message>
    <message>
        <source>the split of pictures for which neither the data nor the project says one (coco, labelme, ...)</source>
        <translation>数据和项目都未说明划分的图片归入的划分（coco、labelme 等）</translation>
    </message>
    <message>
        <source>copy the pictures into the folder too (yolo, voc, labelme)</source>
        <translation>同时把图片复制到该文件夹（yolo、voc、labelme）</translation>
    </message>
    <message>
        <source>write into a folder that is not empty (yolo, voc, labelme)</source>
        <translation>写入非空的文件夹（yolo、voc、labelme）</translation>
    </message>
    <message>
        <source>%n region(s)</source>
        <translation>%n 个区域</translation>
    </message>
    <message>
        <source>write every problem to this file, one a line</source>
        <translation>把所有问题写入此文件，每行一个</translation>
    </message>
    <message>
        <source>print the counts as a JSON object</source>
        <translation>以 JSON 对象输出计数</translation>
    </message>
    <message>
        <source>... and {count} more problems; all of them are in {file}</source>
        <translation>……另有 {count} 个问题；全部在 {file} 中</translation>
    </message>
    <message>
        <source>... and {count} more problems; --problems FILE writes all of them to a file</source>
        <translation>……另有 {count} 个问题；--problems FILE 会把全部写入文件</translation>
    </message>
    <message>
        <source>starting the training process</source>
        <translation>正在启动训练进程</translation>
    </message>
    <message>
        <source>turning conversations into tokens</source>
        <translation>正在把对话转换为 token</translation>
    </message>
    <message>
        <source>computing what the model sees in each picture, once</source>
        <translation>正在计算模型在每张图片中看到的内容，只算一次</translation>
    </message>
    <message>
        <source>loading the model in 4 bits</source>
        <translation>正在以 4 位加载模型</translation>
    </message>
    <message>
        <source>measuring on held-out samples</source>
        <translation>正在用留出样本测量</translation>
    </message>
    <message>
        <source>the whole loop on the shipped model and pictures: annotate, train, compare</source>
        <translation>用自带的模型和图片走完全程：标注、训练、比较</translation>
    </message>
    <message>
        <source>Teach the shipped model a word it has never met: make a project from the shipped pictures and regions, make conversations, tune by Q-LoRA, and compare its answers before and after on held-out pictures. The last line on stdout is a JSON object with the figures.</source>
        <translation>教自带的模型一个它从未见过的词：用自带的图片和区域建立项目，生成对话，以 Q-LoRA 微调，并在留出的图片上比较前后的回答。标准输出的最后一行是含各项数值的 JSON 对象。</translation>
    </message>
    <message>
        <source>where to write [demo-out]</source>
        <translation>写到哪里 [demo-out]</translation>
    </message>
    <message>
        <source>of refs and questions [en]</source>
        <translation>指代和问题的语言 [en]</translation>
    </message>
    <message>
        <source>making the project {path}</source>
        <translation>正在建立项目 {path}</translation>
    </message>
    <message>
        <source>{pictures} pictures, {conversations} conversations, {learning} to learn from; checked</source>
        <translation>{pictures} 张图片，{conversations} 个对话，其中 {learning} 个用于学习；已检查</translation>
    </message>
    <message>
        <source>loading the demo model</source>
        <translation>正在加载演示模型</translation>
    </message>
    <message>
        <source>asking it for &quot;{word}&quot;, a word it has never met, and for shapes it knows</source>
        <translation>正在向它询问从未见过的词“{word}”以及它认识的形状</translation>
    </message>
    <message>
        <source>before: {new} found of the new, {known} of the known</source>
        <translation>训练前：新词找到 {new}，已知的找到 {known}</translation>
    </message>
    <message>
        <source>asking again, on pictures it was not trained on</source>
        <translation>正在用未参与训练的图片再次询问</translation>
    </message>
    <message>
        <source>after: {new} found of the new, {known} of the known</source>
        <translation>训练后：新词找到 {new}，已知的找到 {known}</translation>
    </message>
    <message>
        <source>&quot;{word}&quot; on held-out pictures</source>
        <translation>留出图片上的“{word}”</translation>
    </message>
    <message>
        <source>the project, the run and {grid} are in {folder}</source>
        <translation>项目、训练和 {grid} 在 {folder} 中</translation>
    </message>
    <message>
        <source>look at it in the window: qvl-desktop {path}</source>
        <translation>在窗口中查看：qvl-desktop {path}</translation>
    </message>
    <message>
        <source>training: step {step} of {total}, loss {loss}, {time} left</source>
        <translation>训练：第 {step} 步，共 {total} 步，损失 {loss}，剩余{time}</translation>
    </message>
    <message>
        <source>about {seconds} s</source>
        <translation>约 {seconds} 秒</translation>
    </message>
    <message>
        <source>about {minutes} min</source>
        <translation>约 {minutes} 分钟</translation>
    </message>
    <message>
        <source>truth</source>
        <translation>真实</translation>
    </message>
    <message>
        <source>before training</source>
        <translation>训练前</translation>
    </message>
    <message>
        <source>after training</source>
        <translation>训练后</translation>
    </message>
    <message>
        <source>(no answer)</source>
        <translation>（没有回答）</translation>
    </message>
    <message>
        <source>fetch a model from Hugging Face or ModelScope</source>
        <translation>从 Hugging Face 或 ModelScope 下载模型</translation>
    </message>
    <message>
        <source>Fetch a model and check every file against the hub&apos;s hashes. What is here already is not fetched again; the same command goes on after a break, and mends a damaged folder. Afterwards --model takes the name, and no network is needed. Without a name: the known models.</source>
        <translation>下载模型，并按模型站的哈希值核对每个文件。已有的不再下载；中断后同一命令会继续，也能修复损坏的文件夹。之后 --model 可直接用该名称，无需网络。不给名称时：列出已知模型。</translation>
    </message>
    <message>
        <source>a known model, or any repository as OWNER/NAME</source>
        <translation>已知模型，或任意仓库 OWNER/NAME</translation>
    </message>
    <message>
        <source>which hub [hf]</source>
        <translation>哪个模型站 [hf]</translation>
    </message>
    <message>
        <source>a mirror&apos;s address [HF_ENDPOINT or MODELSCOPE_ENDPOINT]</source>
        <translation>镜像地址 [HF_ENDPOINT 或 MODELSCOPE_ENDPOINT]</translation>
    </message>
    <message>
        <source>the folder to make the model&apos;s folder in</source>
        <translation>在此文件夹中建立模型文件夹</translation>
    </message>
    <message>
        <source>branch, tag or commit [the main branch]</source>
        <translation>分支、标签或提交 [主分支]</translation>
    </message>
    <message>
        <source>take PyTorch files (.bin) where there are no safetensors</source>
        <translation>没有 safetensors 时接受 PyTorch 文件（.bin）</translation>
    </message>
    <message>
        <source>tries without a byte before giving up [8]</source>
        <translation>收不到任何字节时放弃前的尝试次数 [8]</translation>
    </message>
    <message>
        <source>compare a downloaded model with its hashes</source>
        <translation>按哈希值核对已下载的模型</translation>
    </message>
    <message>
        <source>only say how large it is and how much room there is</source>
        <translation>只显示大小和剩余空间</translation>
    </message>
    <message>
        <source>keep a key for private models; it is read from stdin</source>
        <translation>保存用于私有模型的密钥；从标准输入读取</translation>
    </message>
    <message>
        <source>Stopped. The same command goes on from here.</source>
        <translation>已停止。同一命令会从这里继续。</translation>
    </message>
    <message>
        <source>{repo} at {revision}: {count} files, {size}</source>
        <translation>{repo}，版本 {revision}：{count} 个文件，{size}</translation>
    </message>
    <message>
        <source>to {folder}; {free} free on {place}</source>
        <translation>存到 {folder}；{place} 上剩余 {free}</translation>
    </message>
    <message>
        <source>to {folder}; {free} free on {place}: not enough</source>
        <translation>存到 {folder}；{place} 上剩余 {free}：空间不足</translation>
    </message>
    <message>
        <source>its weights are PyTorch files (.bin): --allow-pickle takes them</source>
        <translation>其权重为 PyTorch 文件（.bin）：用 --allow-pickle 接受</translation>
    </message>
    <message>
        <source>Key for {hub}: </source>
        <translation>{hub} 的密钥：</translation>
    </message>
    <message>
        <source>Logged in at {hub} as {name}.</source>
        <translation>已以 {name} 登录 {hub}。</translation>
    </message>
    <message>
        <source>missing: {file}</source>
        <translation>缺失：{file}</translation>
    </message>
    <message>
        <source>damaged: {file}</source>
        <translation>损坏：{file}</translation>
    </message>
    <message>
        <source>no hash known: {file}</source>
        <translation>没有已知的哈希值：{file}</translation>
    </message>
    <message>
        <source>{folder}: every file is as the hub had it</source>
        <translation>{folder}：每个文件都与模型站上一致</translation>
    </message>
    <message>
        <source>{folder}: fetch it again to mend it</source>
        <translation>{folder}：重新下载即可修复</translation>
    </message>
    <message>
        <source>here</source>
        <translation>本机已有</translation>
    </message>
    <message>
        <source>The columns: files; GiB on the card to chat, for LoRA, for Q-LoRA; licence.</source>
        <translation>各列：文件大小；对话、LoRA、Q-LoRA 所需显存（GiB）；许可证。</translation>
    </message>
    <message>
        <source>asking the hub</source>
        <translation>正在询问模型站</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>{done} of {total} ({share} %)</source>
        <translation>{done} / {total}（{share} %）</translation>
    </message>
    <message>
        <source>, {speed}/s, {time} to go</source>
        <translation>，每秒 {speed}，还需 {time}</translation>
    </message>
    <message>
        <source>; {trouble} Again in {seconds} s.</source>
        <translation>；{trouble} {seconds} 秒后重试。</translation>
    </message>
    <message>
        <source>checking what is here: {share} %</source>
        <translation>正在核对已有文件：{share} %</translation>
    </message>
    <message>
        <source>measure how well a model points</source>
        <translation>测量模型的定位能力</translation>
    </message>
    <message>
        <source>Ask the grounding questions of a data set and compare the answered boxes with the true ones. The table on stdout lists the worst labels first.</source>
        <translation>提出数据集中的定位问题，把回答的框与真实的框比较。标准输出上的表格把最差的标签列在前面。</translation>
    </message>
    <message>
        <source>demo, a model folder, or a downloaded name</source>
        <translation>demo、模型文件夹或已下载模型的名称</translation>
    </message>
    <message>
        <source>ask the base without the adapter too, or another adapter, and say what became better and what got worse</source>
        <translation>同时询问不带适配器的基础模型或另一个适配器，并说明哪些变好、哪些变差</translation>
    </message>
    <message>
        <source>a project (.qvl) or data in any format that import reads</source>
        <translation>项目（.qvl），或 import 能读取的任何格式的数据</translation>
    </message>
    <message>
        <source>where a data file&apos;s relative picture paths count from</source>
        <translation>数据文件中相对图片路径的起点</translation>
    </message>
    <message>
        <source>which samples to ask [val; all where the data has no splits]</source>
        <translation>询问哪些样本 [val；数据没有划分时为 all]</translation>
    </message>
    <message>
        <source>ask at most N questions; 0 asks all [0]</source>
        <translation>最多问 N 个问题；0 表示全部 [0]</translation>
    </message>
    <message>
        <source>questions answered together [16]</source>
        <translation>一起回答的问题数 [16]</translation>
    </message>
    <message>
        <source>ask each phrase with the prompt of the official RefCOCO evaluation and count by its rule; the published figures stand beside where the file&apos;s name tells the set (refcoco_testA.jsonl). Asks all splits</source>
        <translation>按官方 RefCOCO 评测的提示词询问每个短语，并按其规则计数；文件名能说明数据集时（refcoco_testA.jsonl）并列公布的数值。询问所有划分</translation>
    </message>
    <message>
        <source>print figures, table and answers as one JSON object</source>
        <translation>以一个 JSON 对象输出数值、表格和回答</translation>
    </message>
    <message>
        <source>write a picture with both boxes per question, worst first</source>
        <translation>每个问题写一张含两种框的图片，最差的在前</translation>
    </message>
    <message>
        <source>--{name} is not for --refcoco: that rule looks at one box a phrase</source>
        <translation>--{name} 不适用于 --refcoco：该规则每个短语只看一个框</translation>
    </message>
    <message>
        <source>--baseline compares an adapter with its base: name one with --adapter</source>
        <translation>--baseline 把适配器与其基础模型比较：请用 --adapter 给出适配器</translation>
    </message>
    <message>
        <source>{count} phrases with several boxes are left out: the rule knows one</source>
        <translation>略去 {count} 个有多个框的短语：该规则只认一个框</translation>
    </message>
    <message>
        <source>this model</source>
        <translation>此模型</translation>
    </message>
    <message>
        <source>{model}, published</source>
        <translation>{model}，公布值</translation>
    </message>
    <message>
        <source>on {name}, by the file&apos;s name</source>
        <translation>数据集 {name}（按文件名判断）</translation>
    </message>
    <message>
        <source>{found} of {phrases} phrases found (IoU at least 0.5 with the first box), {without_box} answers without a box, mean IoU {mean_iou:.3f}</source>
        <translation>{phrases} 个短语中找到 {found} 个（与第一个框的 IoU 不低于 0.5），{without_box} 个回答没有框，平均 IoU {mean_iou:.3f}</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>boxes</source>
        <translation>框数</translation>
    </message>
    <message>
        <source>{questions} questions, {failures} answers without a readable box</source>
        <translation>{questions} 个问题，{failures} 个回答没有可读的框</translation>
    </message>
    <message>
        <source>mean IoU</source>
        <translation>平均 IoU</translation>
    </message>
    <message>
        <source>precision</source>
        <translation>精确率</translation>
    </message>
    <message>
        <source>recall</source>
        <translation>召回率</translation>
    </message>
    <message>
        <source>worst answers ({shown} of {count} that miss something):</source>
        <translation>最差的回答（{count} 个有遗漏的回答中的 {shown} 个）：</translation>
    </message>
    <message>
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>answers without a readable box: {before} before, {after} after</source>
        <translation>没有可读框的回答：之前 {before}，之后 {after}</translation>
    </message>
    <message>
        <source>nothing got worse: {labels} labels, {questions} questions</source>
        <translation>没有变差的：{labels} 个标签，{questions} 个问题</translation>
    </message>
    <message>
        <source>got worse: {refs} of {all_refs} labels, {lost} of {answers} answers</source>
        <translation>变差：{all_refs} 个标签中的 {refs} 个，{answers} 个回答中的 {lost} 个</translation>
    </message>
    <message>
        <source>{measure} {before:.3f} before, {after:.3f} after</source>
        <translation>{measure} 之前 {before:.3f}，之后 {after:.3f}</translation>
    </message>
    <message>
        <source>{folder}: {count} pictures, the worst first</source>
        <translation>{folder}：{count} 张图片，最差的在前</translation>
    </message>
    <message>
        <source>show what is trained on: the tokens, and which of them are learnt</source>
        <translation>显示训练内容：token，以及其中哪些被学习</translation>
    </message>
    <message>
        <source>Print samples as the model is taught them, in its own dialect and layout. What is learnt is green on a terminal and stands in [[ ]] elsewhere; the rest is only read. Samples that are left out are listed.</source>
        <translation>按模型学习时的写法和布局输出样本。被学习的内容在终端上为绿色，在别处放在 [[ ]] 中；其余只被读取。略去的样本会列出。</translation>
    </message>
    <message>
        <source>a project (.qvl) or a data file</source>
        <translation>项目（.qvl）或数据文件</translation>
    </message>
    <message>
        <source>which samples [train]</source>
        <translation>哪些样本 [train]</translation>
    </message>
    <message>
        <source>show sample N, from 1 [the first {count}]</source>
        <translation>显示第 N 个样本，从 1 起 [前 {count} 个]</translation>
    </message>
    <message>
        <source>show N samples from that one on [1; without --sample {count}]</source>
        <translation>从该样本起显示 N 个 [1；不用 --sample 时为 {count}]</translation>
    </message>
    <message>
        <source>print JSON lines: sample, left_out, summary</source>
        <translation>输出 JSON 行：sample、left_out、summary</translation>
    </message>
    <message>
        <source>--sample: samples are counted from 1</source>
        <translation>--sample：样本从 1 开始计数</translation>
    </message>
    <message>
        <source>--count: at least 1</source>
        <translation>--count：至少为 1</translation>
    </message>
    <message>
        <source>--- sample {number} ({source}): {tokens} tokens, {supervised} learnt</source>
        <translation>--- 样本 {number}（{source}）：{tokens} 个 token，学习 {supervised} 个</translation>
    </message>
    <message>
        <source>{samples} samples are learnt from: {tokens} tokens, {supervised} of them learnt; the longest has {longest} of {limit}. {left_out} are left out, {too_long} of them because they are too long.</source>
        <translation>从 {samples} 个样本学习：{tokens} 个 token，其中学习 {supervised} 个；最长的有 {longest} 个，上限 {limit}。略去 {left_out} 个，其中 {too_long} 个因为太长。</translation>
    </message>
    <message>
        <source>left out: sample {number} ({source}): {reason}</source>
        <translation>略去：样本 {number}（{source}）：{reason}</translation>
    </message>
    <message>
        <source>left out: {count} more</source>
        <translation>略去：另有 {count} 个</translation>
    </message>
    <message>
        <source>make an adapter part of its base model</source>
        <translation>把适配器并入其基础模型</translation>
    </message>
    <message>
        <source>Write a model folder whose weights are those of the base with the adapter. An Int4 base is made dense first; with --bits the result is quantised again. Afterwards both are asked the same: they must agree.</source>
        <translation>写出一个模型文件夹，其权重为基础模型加适配器。Int4 基础模型会先变为稠密；给出 --bits 时结果再次量化。之后向两者提出相同的问题：回答必须一致。</translation>
    </message>
    <message>
        <source>the folder to write; must not exist yet</source>
        <translation>要写入的文件夹；必须尚不存在</translation>
    </message>
    <message>
        <source>how large one file of weights may be: 500MB, 2GB, ... [2GB]</source>
        <translation>单个权重文件的最大大小：500MB、2GB 等 [2GB]</translation>
    </message>
    <message>
        <source>ask the model with its adapter and the merged one N questions, of --data or of what the adapter learnt from, and fail when they do not agree; 0 does not ask [{count}]</source>
        <translation>向带适配器的模型和合并后的模型提出 N 个问题（取自 --data 或适配器的学习数据），不一致则失败；0 表示不问 [{count}]</translation>
    </message>
    <message>
        <source>{text} is no size: write 500MB or 2GB</source>
        <translation>{text} 不是大小：请写成 500MB 或 2GB</translation>
    </message>
    <message>
        <source>not checked: {reason}</source>
        <translation>未核对：{reason}</translation>
    </message>
    <message>
        <source>asking the model with its adapter ({count} questions) ...</source>
        <translation>正在询问带适配器的模型（{count} 个问题）……</translation>
    </message>
    <message>
        <source>asking the merged model ...</source>
        <translation>正在询问合并后的模型……</translation>
    </message>
    <message>
        <source>check: {same} of {answers} answers the same, {agreeing} of {tokens} tokens, largest difference of a logit {difference:.2g} (they spread by {spread:.2g}), alike to {closeness:.6f}</source>
        <translation>核对：{answers} 个回答中 {same} 个相同，{tokens} 个 token 中 {agreeing} 个相同，logit 的最大差异 {difference:.2g}（其离散度为 {spread:.2g}），相似度 {closeness:.6f}</translation>
    </message>
    <message>
        <source>the model takes {need} of memory to be asked, and {free} are free</source>
        <translation>询问该模型需要 {need} 内存，而可用 {free}</translation>
    </message>
    <message>
        <source>model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>adapter</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>demo</source>
        <translation>演示</translation>
    </message>
    <message>
        <source>list the models and adapters on this machine</source>
        <translation>列出本机上的模型和适配器</translation>
    </message>
    <message>
        <source>List the demo model, downloaded models, the model folders that the window knows, and what the given folders hold: models, or runs with their adapters. The reference is what --model and --adapter take.</source>
        <translation>列出演示模型、已下载的模型、窗口已知的模型文件夹，以及给定文件夹中的模型或带适配器的训练。括号中的引用可用于 --model 和 --adapter。</translation>
    </message>
    <message>
        <source>places to look in as well</source>
        <translation>另外要查找的位置</translation>
    </message>
    <message>
        <source>print the list as JSON</source>
        <translation>以 JSON 输出列表</translation>
    </message>
    <message>
        <source>on {base}</source>
        <translation>基于 {base}</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>mean_iou</source>
        <translation>平均 IoU</translation>
    </message>
    <message>
        <source>exact_match</source>
        <translation>完全匹配</translation>
    </message>
    <message>
        <source>parse_failures</source>
        <translation>无可读框</translation>
    </message>
    <message>
        <source>questions</source>
        <translation>问题数</translation>
    </message>
    <message>
        <source>{text} is not a whole number</source>
        <translation>{text} 不是整数</translation>
    </message>
    <message>
        <source>{text} is not a number</source>
        <translation>{text} 不是数字</translation>
    </message>
    <message>
        <source>{text} is not a whole number from {least} on</source>
        <translation>{text} 不是不小于 {least} 的整数</translation>
    </message>
    <message>
        <source>{text} is not a number above 0 and at most 1</source>
        <translation>{text} 不是大于 0 且不超过 1 的数</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} 小时 {minutes} 分钟</translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation>{minutes} 分 {seconds} 秒</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} 秒</translation>
    </message>
    <message>
        <source>validation: {figures}</source>
        <translation>验证：{figures}</translation>
    </message>
    <message>
        <source>{where}: {words}</source>
        <translation>{where}：{words}</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>weights of the language model</source>
        <translation>语言模型的权重</translation>
    </message>
    <message>
        <source>weights of the visual tower</source>
        <translation>视觉塔的权重</translation>
    </message>
    <message>
        <source>weights of the adapter</source>
        <translation>适配器的权重</translation>
    </message>
    <message>
        <source>gradients and optimiser</source>
        <translation>梯度和优化器</translation>
    </message>
    <message>
        <source>activations of the longest batch</source>
        <translation>最长批次的激活值</translation>
    </message>
    <message>
        <source>logits of the loss</source>
        <translation>计算损失的 logits</translation>
    </message>
    <message>
        <source>pictures of a batch</source>
        <translation>一个批次的图片</translation>
    </message>
    <message>
        <source>keys and values of answers</source>
        <translation>回答的键和值</translation>
    </message>
    <message>
        <source>tower while it reads pictures</source>
        <translation>读取图片时的视觉塔</translation>
    </message>
    <message>
        <source>the program itself</source>
        <translation>程序本身</translation>
    </message>
    <message>
        <source>what a run would need: memory, disk, steps, time</source>
        <translation>一次训练需要什么：显存、磁盘、步数、时间</translation>
    </message>
    <message>
        <source>Forecast the memory, disk, steps and time of a run for this model, this data and this machine. When it does not fit, the cheapest changes that make it fit are named. Exit code 1: it does not fit.</source>
        <translation>针对此模型、数据和机器，预测一次训练的内存、磁盘、步数和时间。放不下时，给出使其放得下的代价最小的改动。退出码 1：放不下。</translation>
    </message>
    <message>
        <source>memory to fit into [what is free now]</source>
        <translation>可用的内存 [当前空闲的]</translation>
    </message>
    <message>
        <source>check the forecast by one real step, and remember what was measured</source>
        <translation>用真实的一步检验预测，并记住测量结果</translation>
    </message>
    <message>
        <source>print the forecast as one JSON object</source>
        <translation>以一个 JSON 对象输出预测</translation>
    </message>
    <message>
        <source>name the model: --model demo, a model folder, or a downloaded name</source>
        <translation>请指定模型：--model demo、模型文件夹或已下载模型的名称</translation>
    </message>
    <message>
        <source>--probe takes a step in one process, which cannot tell what {way} needs: leave it out</source>
        <translation>--probe 在一个进程里走一步，无法得知 {way} 需要多少：请去掉它</translation>
    </message>
    <message>
        <source>memory, all together</source>
        <translation>内存合计</translation>
    </message>
    <message>
        <source>free now</source>
        <translation>当前空闲</translation>
    </message>
    <message>
        <source>picture features on disk</source>
        <translation>磁盘上的图片特征</translation>
    </message>
    <message>
        <source>checkpoints on disk</source>
        <translation>磁盘上的检查点</translation>
    </message>
    <message>
        <source>trainable weights</source>
        <translation>可训练的权重</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>步数</translation>
    </message>
    <message>
        <source>a step</source>
        <translation>每步</translation>
    </message>
    <message>
        <source>the whole run</source>
        <translation>整个训练</translation>
    </message>
    <message>
        <source>{samples} samples about {pictures} pictures; the longest has {longest} tokens; activations are computed twice to save memory</source>
        <translation>{samples} 个样本，涉及 {pictures} 张图片；最长的有 {longest} 个 token；激活值计算两次以节省内存</translation>
    </message>
    <message>
        <source>{samples} samples about {pictures} pictures; the longest has {longest} tokens</source>
        <translation>{samples} 个样本，涉及 {pictures} 张图片；最长的有 {longest} 个 token</translation>
    </message>
    <message>
        <source>{count} samples are left out; `train` names them</source>
        <translation>略去 {count} 个样本；`train` 会列出它们</translation>
    </message>
    <message>
        <source>Speed and memory are corrected by what was measured here before.</source>
        <translation>速度和内存已按先前在此测量的结果校正。</translation>
    </message>
    <message>
        <source>The time is a guess until a step was measured on this machine (--probe).</source>
        <translation>在本机测量一步（--probe）之前，时间只是估计。</translation>
    </message>
    <message>
        <source>One real step took {amount}, {off} % more than forecast.</source>
        <translation>真实的一步用了 {amount}，比预测多 {off} %。</translation>
    </message>
    <message>
        <source>One real step took {amount}, {off} % less than forecast.</source>
        <translation>真实的一步用了 {amount}，比预测少 {off} %。</translation>
    </message>
    <message>
        <source>It does not fit. No cheaper setting fits either.</source>
        <translation>放不下。更省的设置也放不下。</translation>
    </message>
    <message>
        <source>It does not fit. Any of these would:</source>
        <translation>放不下。以下任何一种都放得下：</translation>
    </message>
    <message>
        <source>{times}x slower</source>
        <translation>慢 {times} 倍</translation>
    </message>
    <message>
        <source>about as fast</source>
        <translation>速度大致相同</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} 分钟</translation>
    </message>
    <message>
        <source>{hours} h</source>
        <translation>{hours} 小时</translation>
    </message>
    <message>
        <source>settings from a command line of the official script, &quot;python finetune.py --model_name_or_path ...&quot;; a .sh file, or - for standard input; flags given beside it win</source>
        <translation>取自官方脚本命令行的设置：&quot;python finetune.py --model_name_or_path ...&quot;；也可为 .sh 文件，或用 - 表示标准输入；另外给出的选项优先</translation>
    </message>
    <message>
        <source>settings that go together, a card and an aim: {names}; --from-official and flags given beside it win</source>
        <translation>配套的设置（一种显卡和一个目标）：{names}；--from-official 和另外给出的选项优先</translation>
    </message>
    <message>
        <source>Python package</source>
        <translation>Python 软件包</translation>
    </message>
    <message>
        <source>packed app, full edition</source>
        <translation>打包应用，完整版</translation>
    </message>
    <message>
        <source>packed app, slim edition</source>
        <translation>打包应用，精简版</translation>
    </message>
    <message>
        <source>settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>cache</source>
        <translation>缓存</translation>
    </message>
    <message>
        <source>check this installation: versions, cards, files, folders</source>
        <translation>检查本次安装：版本、显卡、文件、文件夹</translation>
    </message>
    <message>
        <source>Say what this installation is and whether it is whole: versions, the cards it can use, the files that come along, the folders it writes to, and for the slim edition the program it asks. Nothing is changed and nothing is sent. Exit 1 when something is not as it should be.</source>
        <translation>说明本次安装是什么、是否完整：版本、可用的显卡、随附的文件、要写入的文件夹，以及精简版所调用的程序。不改动任何东西，也不发送任何东西。有不正常之处时退出码为 1。</translation>
    </message>
    <message>
        <source>All as it should be.</source>
        <translation>一切正常。</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>未安装</translation>
    </message>
    <message>
        <source>Model work</source>
        <translation>模型工作</translation>
    </message>
    <message>
        <source>Trains on</source>
        <translation>训练设备</translation>
    </message>
    <message>
        <source>the processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Folder: {name}</source>
        <translation>文件夹：{name}</translation>
    </message>
    <message>
        <source>Files that come along are missing ({names}): unpack or install QVL Desktop again.</source>
        <translation>缺少随附的文件（{names}）：请重新解压或重新安装 QVL Desktop。</translation>
    </message>
    <message>
        <source>{path} ({name}) cannot be written: make it writable, or name another folder in QVL_CONFIG_DIR.</source>
        <translation>无法写入 {path}（{name}）：请设为可写，或在 QVL_CONFIG_DIR 中指定另一个文件夹。</translation>
    </message>
    <message>
        <source>torch cannot be used ({reason}): install it as pytorch.org says for this machine.</source>
        <translation>无法使用 torch（{reason}）：请按 pytorch.org 针对本机的说明安装。</translation>
    </message>
    <message>
        <source>Packages are missing: {names}. Install them: pip install {names}</source>
        <translation>缺少软件包：{names}。请安装：pip install {names}</translation>
    </message>
    <message>
        <source>torch is built for CUDA {version}, but no card answers: look at the driver with nvidia-smi.</source>
        <translation>torch 为 CUDA {version} 构建，但没有显卡响应：请用 nvidia-smi 检查驱动。</translation>
    </message>
    <message>
        <source>bitsandbytes has no library for CUDA {version}: 4-bit and 8-bit models cannot be loaded on the card.</source>
        <translation>bitsandbytes 没有适用于 CUDA {version} 的库：无法在显卡上加载 4 位和 8 位模型。</translation>
    </message>
    <message>
        <source>{program} cannot do the model work ({reason}): choose another one in the preferences, or name it in QVL_DESKTOP_ENGINE.</source>
        <translation>{program} 无法承担模型工作（{reason}）：请在偏好设置中选择另一个程序，或在 QVL_DESKTOP_ENGINE 中指定。</translation>
    </message>
    <message>
        <source>{program} is version {other}, this is {own}: use the same version of both.</source>
        <translation>{program} 的版本是 {other}，这里是 {own}：请让两者使用相同版本。</translation>
    </message>
    <message>
        <source>no program is known</source>
        <translation>没有已知的程序</translation>
    </message>
    <message>
        <source>no CUDA</source>
        <translation>无 CUDA</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>ask a model about pictures</source>
        <translation>就图片询问模型</translation>
    </message>
    <message>
        <source>the question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>write the picture with the answered boxes</source>
        <translation>写出带有所答框的图片</translation>
    </message>
    <message>
        <source>print the answer, its boxes and its figures as JSON</source>
        <translation>以 JSON 输出回答、框和数值</translation>
    </message>
    <message>
        <source>length of the answer at most [512]</source>
        <translation>回答的最大长度 [512]</translation>
    </message>
    <message>
        <source>choose tokens as the model&apos;s own generation_config.json says</source>
        <translation>按模型自己的 generation_config.json 选取 token</translation>
    </message>
    <message>
        <source>above 0: choose tokens by chance; 0: the likeliest [0]</source>
        <translation>大于 0：随机选取 token；0：取最可能的 [0]</translation>
    </message>
    <message>
        <source>when sampling: the likeliest this share [the model&apos;s]</source>
        <translation>采样时：取概率最高的这一部分 [按模型]</translation>
    </message>
    <message>
        <source>when sampling: the same number, the same answer</source>
        <translation>采样时：相同的数得到相同的回答</translation>
    </message>
    <message>
        <source>what weights are held in [auto]</source>
        <translation>权重的存储精度 [auto]</translation>
    </message>
    <message>
        <source>auto, cpu, cuda:0, ..., or all cards together: all [auto]</source>
        <translation>auto、cpu、cuda:0 等，或所有显卡一起：all [auto]</translation>
    </message>
    <message>
        <source>{text} is not a number from 0 to {most}</source>
        <translation>{text} 不是 0 到 {most} 之间的数</translation>
    </message>
    <message>
        <source>{path}: written</source>
        <translation>{path}：已写入</translation>
    </message>
    <message>
        <source>make an Int4 or Int8 (GPTQ) version of a model</source>
        <translation>制作模型的 Int4 或 Int8（GPTQ）版本</translation>
    </message>
    <message>
        <source>Quantise the decoder of a dense model to 4 or 8 bits, in the layout of AutoGPTQ, which other programs read too. With --data, GPTQ makes up for rounding with what the layers really see; without, each weight goes to the nearest value.</source>
        <translation>把稠密模型的解码器量化为 4 位或 8 位，采用其他程序也能读取的 AutoGPTQ 布局。给出 --data 时，GPTQ 按各层真实看到的数据补偿舍入；否则每个权重取最近的值。</translation>
    </message>
    <message>
        <source>bits a weight [{bits}]</source>
        <translation>每个权重的位数 [{bits}]</translation>
    </message>
    <message>
        <source>bits a weight (without: the result stays dense)</source>
        <translation>每个权重的位数（不给出：结果保持稠密）</translation>
    </message>
    <message>
        <source>inputs that share a scale; -1: all [128]</source>
        <translation>共用一个缩放系数的输入数；-1：全部 [128]</translation>
    </message>
    <message>
        <source>how zero points are stored [gptq]</source>
        <translation>零点的存储方式 [gptq]</translation>
    </message>
    <message>
        <source>a project (.qvl) or a data file whose samples calibrate</source>
        <translation>用其样本校准的项目（.qvl）或数据文件</translation>
    </message>
    <message>
        <source>use at most N samples [{count}]</source>
        <translation>最多使用 N 个样本 [{count}]</translation>
    </message>
    <message>
        <source>where the arithmetic is done: auto, cpu, cuda:0, ... [auto]</source>
        <translation>在哪里计算：auto、cpu、cuda:0 等 [auto]</translation>
    </message>
    <message>
        <source>{text} is neither -1 nor a whole number from 1 on</source>
        <translation>{text} 既不是 -1，也不是不小于 1 的整数</translation>
    </message>
    <message>
        <source>{folder}: written, {after} (before: {before})</source>
        <translation>{folder}：已写入，{after}（之前：{before}）</translation>
    </message>
    <message>
        <source>answer over HTTP as OpenAI&apos;s API does</source>
        <translation>像 OpenAI 的 API 那样通过 HTTP 回答</translation>
    </message>
    <message>
        <source>an adapter and the name requests call it by; may be given several times</source>
        <translation>适配器及请求中所用的名称；可多次给出</translation>
    </message>
    <message>
        <source>auto, fp32, bf16, fp16, int8 or nf4</source>
        <translation>auto、fp32、bf16、fp16、int8 或 nf4</translation>
    </message>
    <message>
        <source>auto, cpu, cuda:0, ...</source>
        <translation>auto、cpu、cuda:0 等</translation>
    </message>
    <message>
        <source>another address than this machine needs --api-key too</source>
        <translation>使用本机以外的地址时还需要 --api-key</translation>
    </message>
    <message>
        <source>0 takes a free one</source>
        <translation>0 表示取一个空闲端口</translation>
    </message>
    <message>
        <source>what clients must send; by default that of {variable}, else a random one is printed</source>
        <translation>客户端必须发送的密钥；默认取 {variable}，否则输出一个随机的</translation>
    </message>
    <message>
        <source>let clients on this machine name pictures below DIR by file:// URLs</source>
        <translation>允许本机的客户端用 file:// 地址指定 DIR 下的图片</translation>
    </message>
    <message>
        <source>let clients name pictures on HOST by http(s):// URLs; HOST:PORT, HOST=ADDRESS for a private one</source>
        <translation>允许客户端用 http(s):// 地址指定 HOST 上的图片；私有主机用 HOST:PORT、HOST=ADDRESS</translation>
    </message>
    <message>
        <source>answers made side by side at most [16]</source>
        <translation>最多同时生成的回答数 [16]</translation>
    </message>
    <message>
        <source>questions that may wait, of all clients [64]</source>
        <translation>所有客户端可等待的问题数 [64]</translation>
    </message>
    <message>
        <source>questions of one client [48]</source>
        <translation>单个客户端的问题数 [48]</translation>
    </message>
    <message>
        <source>memory for what is read and said in open chats; 0 takes half of what is free [0]</source>
        <translation>用于进行中对话内容的内存；0 表示取空闲内存的一半 [0]</translation>
    </message>
    <message>
        <source>also serve a page to chat on, for browsers that have the key</source>
        <translation>同时提供一个聊天网页，供持有密钥的浏览器使用</translation>
    </message>
    <message>
        <source>web page: {url} (it asks for the key)</source>
        <translation>网页：{url}（需要输入密钥）</translation>
    </message>
    <message>
        <source>divide a project into train, val and test</source>
        <translation>把项目划分为 train、val 和 test</translation>
    </message>
    <message>
        <source>Pictures that are the same or nearly, and all conversations about them, stay in one split. The same project, shares, way and seed give the same division. One undo step.</source>
        <translation>相同或近似的图片及其所有对话留在同一划分中。同样的项目、比例、方式和种子得到同样的划分。一个撤销步骤。</translation>
    </message>
    <message>
        <source>default {share}</source>
        <translation>默认 {share}</translation>
    </message>
    <message>
        <source>at random (default), with each ref in its share, or by whole folders</source>
        <translation>随机（默认）、使每个指代按比例分布，或按整个文件夹</translation>
    </message>
    <message>
        <source>do not read picture files first: nearly the same ones may be parted</source>
        <translation>不先读取图片文件：近似的图片可能被分开</translation>
    </message>
    <message>
        <source>only say what it would give</source>
        <translation>只显示会得到的结果</translation>
    </message>
    <message>
        <source>print the numbers as JSON</source>
        <translation>以 JSON 输出数字</translation>
    </message>
    <message>
        <source>conversations</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>and {count} more refs (--json lists all)</source>
        <translation>另有 {count} 个指代（--json 列出全部）</translation>
    </message>
    <message>
        <source>{project}: {count} pictures stay together with others (nothing was changed)</source>
        <translation>{project}：{count} 张图片与其他图片留在一起（未作任何更改）</translation>
    </message>
    <message>
        <source>{project}: {count} pictures stay together with others</source>
        <translation>{project}：{count} 张图片与其他图片留在一起</translation>
    </message>
    <message>
        <source>start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>samples</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>features</source>
        <translation>图片特征</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>tune a model on a project or data file</source>
        <translation>用项目或数据文件微调模型</translation>
    </message>
    <message>
        <source>Tune a model: either a new run from --model, --data and settings, or the plan.json of an existing run folder. Ctrl-C finishes the step, saves and ends; a second Ctrl-C ends at once.</source>
        <translation>微调模型：用 --model、--data 和设置开始新的训练，或用已有训练文件夹中的 plan.json。按 Ctrl-C 会完成当前步、保存并结束；再按一次立即结束。</translation>
    </message>
    <message>
        <source>a run folder that holds a plan.json</source>
        <translation>含有 plan.json 的训练文件夹</translation>
    </message>
    <message>
        <source>the folder of a new run</source>
        <translation>新训练的文件夹</translation>
    </message>
    <message>
        <source>go on from the last checkpoint of the run, with less memory when told so: --batch-size, ...</source>
        <translation>从训练的最后一个检查点继续；可按要求少用内存：--batch-size 等</translation>
    </message>
    <message>
        <source>name one run folder: RUN for an existing one, or --run RUN for a new one</source>
        <translation>请给出一个训练文件夹：已有的用 RUN，新的用 --run RUN</translation>
    </message>
    <message>
        <source>an existing run has its settings in plan.json: leave the flags out. With --resume these may change: {flags}</source>
        <translation>已有训练的设置在 plan.json 中：请去掉这些选项。使用 --resume 时可更改：{flags}</translation>
    </message>
    <message>
        <source>to resume, name the run folder without --run: train RUN --resume</source>
        <translation>要继续训练，请不用 --run 给出训练文件夹：train RUN --resume</translation>
    </message>
    <message>
        <source>training on {device} ({precision}): {samples} samples, {weights} trainable weights, steps {step}-{total}</source>
        <translation>在 {device}（{precision}）上训练：{samples} 个样本，{weights} 个可训练权重，第 {step}-{total} 步</translation>
    </message>
    <message>
        <source>paused after step {step}: all is saved, the memory is free. Go on with train RUN --resume</source>
        <translation>在第 {step} 步后暂停：全部已保存，内存已释放。用 train RUN --resume 继续</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>going on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>stopped after {step} steps</source>
        <translation>{step} 步后停止</translation>
    </message>
    <message>
        <source>done after {step} steps</source>
        <translation>{step} 步后完成</translation>
    </message>
    <message>
        <source>failed: {reason}</source>
        <translation>失败：{reason}</translation>
    </message>
    <message>
        <source>step {step} of {total}: loss {loss}, about {seconds} s left</source>
        <translation>第 {step} 步，共 {total} 步：损失 {loss}，约剩 {seconds} 秒</translation>
    </message>
    <message>
        <source>Draw boxes, build conversations, tune Qwen-VL and chat with the result.</source>
        <translation>画框、生成对话、微调 Qwen-VL，并与结果对话。</translation>
    </message>
    <message>
        <source>Without a command: qvl-desktop [--safe] [PROJECT.qvl | FOLDER] opens the window. The language is that of --language, else of QVL_LANGUAGE, else the one chosen in the window, else the system&apos;s (LC_ALL, LC_MESSAGES, LANG).</source>
        <translation>不带命令时：qvl-desktop [--safe] [PROJECT.qvl | FOLDER] 打开窗口。语言依次取自 --language、QVL_LANGUAGE、窗口中的选择、系统（LC_ALL、LC_MESSAGES、LANG）。</translation>
    </message>
    <message>
        <source>open the window with the usual settings, leaving the user&apos;s own and the last project alone</source>
        <translation>用默认设置打开窗口，不使用也不改动用户自己的设置，不打开上次的项目</translation>
    </message>
    <message>
        <source>--safe is for the window: it goes with no command</source>
        <translation>--safe 只用于打开窗口，不能与命令一起使用</translation>
    </message>
    <message>
        <source>{program} cannot be started ({reason}): name another one in QVL_DESKTOP_ENGINE.</source>
        <translation>无法启动 {program}（{reason}）：请在 QVL_DESKTOP_ENGINE 中指定另一个程序。</translation>
    </message>
    <message>
        <source>show the version and end</source>
        <translation>显示版本并退出</translation>
    </message>
    <message>
        <source>speak English or Chinese; stands before the command</source>
        <translation>使用英文或中文；放在命令之前</translation>
    </message>
    <message>
        <source>QVL Desktop cannot run on PySide6 6.12.0 with Python below 3.12: that version crashes there. Install another one: pip install &quot;PySide6-Essentials&lt;6.12&quot;</source>
        <translation>QVL Desktop 无法在 Python 低于 3.12 时使用 PySide6 6.12.0：该版本会崩溃。请安装其他版本：pip install &quot;PySide6-Essentials&lt;6.12&quot;</translation>
    </message>
</context>
<context>
    <name>compare</name>
    <message>
        <source>Compare answers side by side</source>
        <translation>并排比较回答</translation>
    </message>
    <message>
        <source>Hide or show the boxes of one that answers</source>
        <translation>隐藏或显示其中一个的框</translation>
    </message>
    <message>
        <source>Go on from one of the answers</source>
        <translation>从其中一个回答继续</translation>
    </message>
    <message>
        <source>{name}, step {step}</source>
        <translation>{name}，第 {step} 步</translation>
    </message>
</context>
<context>
    <name>conversations</name>
    <message>
        <source>New conversation</source>
        <translation>新建对话</translation>
    </message>
    <message>
        <source>Make conversations from templates</source>
        <translation>用模板生成对话</translation>
    </message>
    <message>
        <source>Duplicate the conversation</source>
        <translation>复制对话</translation>
    </message>
    <message>
        <source>Delete the conversation</source>
        <translation>删除对话</translation>
    </message>
    <message>
        <source>Next in the list</source>
        <translation>列表中的下一项</translation>
    </message>
    <message>
        <source>Previous in the list</source>
        <translation>列表中的上一项</translation>
    </message>
    <message>
        <source>Filter the list</source>
        <translation>筛选列表</translation>
    </message>
    <message>
        <source>Show what the model sees</source>
        <translation>显示模型所见</translation>
    </message>
    <message>
        <source>Write the turn as text</source>
        <translation>以文本编辑这一轮</translation>
    </message>
    <message>
        <source>Keep what was written</source>
        <translation>保存所写内容</translation>
    </message>
    <message>
        <source>Correct the fault at the cursor</source>
        <translation>修正光标处的问题</translation>
    </message>
    <message>
        <source>Add a turn behind</source>
        <translation>在后面添加一轮</translation>
    </message>
    <message>
        <source>Duplicate the turn</source>
        <translation>复制这一轮</translation>
    </message>
    <message>
        <source>Move the turn</source>
        <translation>移动这一轮</translation>
    </message>
    <message>
        <source>Change who speaks</source>
        <translation>更换说话者</translation>
    </message>
    <message>
        <source>Delete the turn</source>
        <translation>删除这一轮</translation>
    </message>
    <message>
        <source>From the turn into its phrases and boxes</source>
        <translation>从对话轮进入其中的短语和框</translation>
    </message>
    <message>
        <source>Go to the next or previous phrase or box</source>
        <translation>转到上一个或下一个短语或框</translation>
    </message>
    <message>
        <source>Move the box among those of its phrase</source>
        <translation>在短语的框之间移动该框</translation>
    </message>
    <message>
        <source>Link the box to its region, or cut it loose</source>
        <translation>把框关联到区域，或取消关联</translation>
    </message>
    <message>
        <source>Take the box out of the text</source>
        <translation>从文本中移除该框</translation>
    </message>
    <message>
        <source>Draw boxes, quads or points</source>
        <translation>画框、四边形或点</translation>
    </message>
    <message>
        <source>New box in the middle</source>
        <translation>在中间新建一个框</translation>
    </message>
    <message>
        <source>Type the ref of the box</source>
        <translation>输入框的指代</translation>
    </message>
    <message>
        <source>Delete the box</source>
        <translation>删除该框</translation>
    </message>
    <message>
        <source>Move the picture in the conversation</source>
        <translation>在对话中移动图片</translation>
    </message>
    <message>
        <source>Add a picture to the conversation</source>
        <translation>向对话添加图片</translation>
    </message>
    <message>
        <source>Take the picture out of the conversation</source>
        <translation>从对话中移除图片</translation>
    </message>
</context>
<context>
    <name>dialects</name>
    <message>
        <source>The list of boxes is not whole JSON; what could be read was kept.</source>
        <translation>框的列表不是完整的 JSON；能读出的部分已保留。</translation>
    </message>
    <message>
        <source>A box is four finite numbers.</source>
        <translation>一个框由四个有限的数组成。</translation>
    </message>
    <message>
        <source>The box reaches outside the picture; it was cut at the edge.</source>
        <translation>框超出了图片，已在边缘处截断。</translation>
    </message>
    <message>
        <source>The corners of the box were the wrong way round; now they are in order.</source>
        <translation>框的两个角次序颠倒，现已调正。</translation>
    </message>
    <message>
        <source>This is not how the family writes a box.</source>
        <translation>这不是该系列模型书写框的方式。</translation>
    </message>
    <message>
        <source>This tag has no partner.</source>
        <translation>这个标记没有配对。</translation>
    </message>
    <message>
        <source>A box as first-generation Qwen-VL writes it; taken as thousandths.</source>
        <translation>第一代 Qwen-VL 写法的框；按千分之一理解。</translation>
    </message>
    <message>
        <source>Tags inside a phrase were left out.</source>
        <translation>短语中的标记已略去。</translation>
    </message>
</context>
<context>
    <name>drop</name>
    <message>
        <source>Makes a project of the pictures in this folder and below. The files stay where they are.</source>
        <translation>用此文件夹及其子文件夹中的图片新建项目。文件留在原处。</translation>
    </message>
    <message>
        <source>New project “{name}”</source>
        <translation>新建项目“{name}”</translation>
    </message>
    <message>
        <source>Asks first where the project for it is to lie, then shows what is in it.</source>
        <translation>先询问它的项目放在哪里，再显示其中的内容。</translation>
    </message>
    <message>
        <source>Import “{name}”</source>
        <translation>导入“{name}”</translation>
    </message>
    <message>
        <source>Asks first where the project is to lie. The files stay where they are.</source>
        <translation>先询问项目放在哪里。文件留在原处。</translation>
    </message>
    <message>
        <source>New project with all these folders</source>
        <translation>用所有这些文件夹新建项目</translation>
    </message>
    <message>
        <source>This cannot be opened here</source>
        <translation>这里打不开它</translation>
    </message>
    <message>
        <source>Drop a project, a folder of pictures, a data set or data file, or pictures.</source>
        <translation>请拖入项目、图片文件夹、数据集或数据文件，或者图片。</translation>
    </message>
    <message>
        <source>It is in no format that is known by its look. You can choose one after dropping it.</source>
        <translation>从内容看不出是哪种格式。放下之后可以自己选择。</translation>
    </message>
    <message>
        <source>Makes a project of its pictures, then shows what else is in it: {name}.</source>
        <translation>用其中的图片新建项目，再显示其余内容：{name}。</translation>
    </message>
    <message>
        <source>{name}. Asks first where its project is to lie, then shows what is in it.</source>
        <translation>{name}。先询问它的项目放在哪里，再显示其中的内容。</translation>
    </message>
    <message>
        <source>Open the project “{name}”</source>
        <translation>打开项目“{name}”</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>The demo pictures were left out of this installation: {folder} is missing.</source>
        <translation>此安装包不含演示图片：缺少 {folder}。</translation>
    </message>
    <message>
        <source>{path}: this folder holds something else. Choose another with --out.</source>
        <translation>{path}：这个文件夹里有别的内容。请用 --out 另选一个。</translation>
    </message>
    <message>
        <source>{path}: the folder cannot be written ({reason}).</source>
        <translation>{path}：无法写入文件夹（{reason}）。</translation>
    </message>
    <message>
        <source>exit code {code}</source>
        <translation>退出码 {code}</translation>
    </message>
    <message>
        <source>{path}: this is not a picture that can be read.</source>
        <translation>{path}：这不是可以读取的图片。</translation>
    </message>
    <message>
        <source>The training run failed: {reason} ({log} has the rest).</source>
        <translation>训练任务失败：{reason}（其余内容见 {log}）。</translation>
    </message>
    <message>
        <source>{path}: the {split} split has no grounding question (a question whose answer boxes something). Choose another --split, or make conversations from the grounding template.</source>
        <translation>{path}：{split} 划分中没有定位问题（即回答带框的问题）。请换一个 --split，或用定位模板生成对话。</translation>
    </message>
    <message>
        <source>{path}: this is no kind of picture that can be written. Name it .png or .jpg.</source>
        <translation>{path}：无法写入这种图片。请以 .png 或 .jpg 命名。</translation>
    </message>
    <message>
        <source>{path}: nothing can be written there. Choose a folder that exists.</source>
        <translation>{path}：无法写入该处。请选择一个已存在的文件夹。</translation>
    </message>
    <message>
        <source>{path}: the picture cannot be written ({reason}).</source>
        <translation>{path}：无法写入图片（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: there is no sample to calibrate with.</source>
        <translation>{path}：没有可用于校准的样本。</translation>
    </message>
    <message>
        <source>Two adapters are called {name}: name them apart (--adapter NAME=DIR).</source>
        <translation>有两个适配器都叫 {name}：请取不同的名字（--adapter NAME=DIR）。</translation>
    </message>
    <message>
        <source>{host} can be reached by others: give --api-key too, and keep it secret.</source>
        <translation>{host} 可被他人访问：请同时给出 --api-key，并妥善保密。</translation>
    </message>
    <message>
        <source>Nothing can listen at {host}, port {port}: {reason}</source>
        <translation>无法在 {host} 的端口 {port} 上监听：{reason}</translation>
    </message>
    <message>
        <source>A key is made of letters, digits and signs, without blanks.</source>
        <translation>密钥只能由字母、数字和符号组成，不能有空格。</translation>
    </message>
    <message>
        <source>{folder}: there is no such folder.</source>
        <translation>{folder}：没有这个文件夹。</translation>
    </message>
    <message>
        <source>{path}: this is no run folder: it has no plan.json.</source>
        <translation>{path}：这不是训练任务文件夹：没有 plan.json。</translation>
    </message>
    <message>
        <source>{path}: this run has begun already. Go on with --resume, or start a new run.</source>
        <translation>{path}：这个训练任务已经开始过。请用 --resume 继续，或新建一个。</translation>
    </message>
    <message>
        <source>{path}: there is a run here already. Choose another folder, or go on with train RUN --resume.</source>
        <translation>{path}：这里已有一个训练任务。请另选文件夹，或用 train RUN --resume 继续。</translation>
    </message>
    <message>
        <source>{path}: the card of this adapter cannot be read ({reason}).</source>
        <translation>{path}：无法读取这个适配器的说明卡（{reason}）。</translation>
    </message>
    <message>
        <source>A picture side of {side} pixels has no coordinates.</source>
        <translation>边长为 {side} 像素的图片没有坐标可言。</translation>
    </message>
    <message>
        <source>({x1},{y1}),({x2},{y2}) is no box: values run from 0 to 999, the first corner first.</source>
        <translation>({x1},{y1}),({x2},{y2}) 不是框：数值应为 0 到 999，第一个角在前。</translation>
    </message>
    <message>
        <source>{points} is no quad: four points with values from 0 to 999.</source>
        <translation>{points} 不是四边形：应有四个点，数值为 0 到 999。</translation>
    </message>
    <message>
        <source>{path}: there is no such folder.</source>
        <translation>{path}：没有这个文件夹。</translation>
    </message>
    <message>
        <source>{path}: this is no model folder, there is no config.json in it. Choose the folder that has one.</source>
        <translation>{path}：这不是模型文件夹，里面没有 config.json。请选择含有它的文件夹。</translation>
    </message>
    <message>
        <source>{path}: models of the type {type} are not supported. Choose a Qwen-VL, Qwen2-VL, Qwen2.5-VL, Qwen3-VL or Qwen3.5 model.</source>
        <translation>{path}：不支持类型为 {type} 的模型。请选择 Qwen-VL、Qwen2-VL、Qwen2.5-VL、Qwen3-VL 或 Qwen3.5 模型。</translation>
    </message>
    <message>
        <source>{path}: the weights are missing (no .safetensors or .bin file). Download the model again.</source>
        <translation>{path}：缺少权重（没有 .safetensors 或 .bin 文件）。请重新下载模型。</translation>
    </message>
    <message>
        <source>{path}: the weights are not there as .safetensors files.</source>
        <translation>{path}：没有 .safetensors 格式的权重文件。</translation>
    </message>
    <message>
        <source>{path}: the adapter&apos;s weights are missing (adapter_model.safetensors).</source>
        <translation>{path}：缺少适配器的权重（adapter_model.safetensors）。</translation>
    </message>
    <message>
        <source>{path}: the file cannot be read ({reason}).</source>
        <translation>{path}：无法读取文件（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: the weights are damaged or cut off ({reason}).</source>
        <translation>{path}：权重已损坏或不完整（{reason}）。</translation>
    </message>
    <message>
        <source>The pictures of this chat are {megabytes} MB together, more than {limit}. Begin a new chat.</source>
        <translation>这次聊天的图片共 {megabytes} MB，超过了 {limit} MB。请开始新的聊天。</translation>
    </message>
    <message>
        <source>{path}: {megabytes} MB is more than a picture in a chat may have ({limit} MB).</source>
        <translation>{path}：{megabytes} MB，超过聊天中单张图片的上限（{limit} MB）。</translation>
    </message>
    <message>
        <source>{name}: no such family of models. Choose one of {known}.</source>
        <translation>{name}：没有这个系列的模型。请从 {known} 中选择。</translation>
    </message>
    <message>
        <source>{name} writes boxes in pixels: the size of the picture is needed.</source>
        <translation>{name} 用像素书写框：需要知道图片的尺寸。</translation>
    </message>
    <message>
        <source>A picture of {width} x {height} pixels is too narrow for this model (at most 1 to {ratio}).</source>
        <translation>{width} x {height} 像素的图片对这个模型来说太窄（最多 1 比 {ratio}）。</translation>
    </message>
    <message>
        <source>{path}: the sizes of this model cannot be read ({reason}).</source>
        <translation>{path}：无法读取这个模型的尺寸设置（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: the lock file cannot be written ({reason}).</source>
        <translation>{path}：无法写入锁文件（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: another process is using this. Wait for it to end, or stop it.</source>
        <translation>{path}：另一个进程正在使用它。请等它结束，或停止它。</translation>
    </message>
    <message>
        <source>{path}: the picture is damaged or cut off ({reason}).</source>
        <translation>{path}：图片已损坏或不完整（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: the file is empty.</source>
        <translation>{path}：文件是空的。</translation>
    </message>
    <message>
        <source>{path}: {megabytes} MB is more than a picture may have ({limit} MB).</source>
        <translation>{path}：{megabytes} MB，超过单张图片的上限（{limit} MB）。</translation>
    </message>
    <message>
        <source>{path}: the picture has more than {limit} megapixels, the limit.</source>
        <translation>{path}：图片超过 {limit} 百万像素的上限。</translation>
    </message>
    <message>
        <source>{path}: the picture has no pixels.</source>
        <translation>{path}：图片没有像素。</translation>
    </message>
    <message>
        <source>{path}: {megapixels} megapixels are more than the limit of {limit}.</source>
        <translation>{path}：{megapixels} 百万像素，超过 {limit} 的上限。</translation>
    </message>
    <message>
        <source>{path}: the training plan cannot be read ({reason}).</source>
        <translation>{path}：无法读取训练计划（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: this is not a training plan of version {version}.</source>
        <translation>{path}：这不是版本 {version} 的训练计划。</translation>
    </message>
    <message>
        <source>{source}: unknown or wrong settings: {names}.</source>
        <translation>{source}：未知或错误的设置：{names}。</translation>
    </message>
    <message>
        <source>{path}: the run folder cannot be written ({reason}).</source>
        <translation>{path}：无法写入训练任务文件夹（{reason}）。</translation>
    </message>
    <message>
        <source>{shares} are no shares: give train, val and test numbers above 0.</source>
        <translation>{shares} 不是份额：请给 train、val 和 test 大于 0 的数。</translation>
    </message>
    <message>
        <source>The question takes {tokens} tokens, more than the model reads ({limit}): shorten it, or use fewer pictures.</source>
        <translation>问题占 {tokens} 个 token，超过模型能读的 {limit} 个：请缩短问题，或减少图片。</translation>
    </message>
    <message>
        <source>Two models cannot both be called {name}: rename the adapter.</source>
        <translation>两个模型不能都叫 {name}：请给适配器改名。</translation>
    </message>
    <message>
        <source>{adapter}: this adapter was made on {base}, not on {model}. Choose that model, or train again.</source>
        <translation>{adapter}：这个适配器基于 {base}，而不是 {model}。请选择那个模型，或重新训练。</translation>
    </message>
    <message>
        <source>{path}: this is neither a JSON list nor JSON lines.</source>
        <translation>{path}：既不是 JSON 列表，也不是逐行 JSON。</translation>
    </message>
    <message>
        <source>{path}: the file is not UTF-8 text. Save it as UTF-8.</source>
        <translation>{path}：文件不是 UTF-8 文本。请另存为 UTF-8。</translation>
    </message>
    <message>
        <source>{path}, line {line}: the JSON is broken ({reason}).</source>
        <translation>{path} 第 {line} 行：JSON 有误（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: this is no list of data sets as LLaMA-Factory keeps it.</source>
        <translation>{path}：这不是 LLaMA-Factory 的数据集清单。</translation>
    </message>
    <message>
        <source>{path}: the file cannot be written ({reason}).</source>
        <translation>{path}：无法写入文件（{reason}）。</translation>
    </message>
    <message>
        <source>{name} is no known format. Known: {known}.</source>
        <translation>{name} 不是已知的格式。已知的有：{known}。</translation>
    </message>
    <message>
        <source>{path}: this is no data in a known format ({known}).</source>
        <translation>{path}：不是已知格式（{known}）的数据。</translation>
    </message>
    <message>
        <source>{path}: this is {format}, which has boxes but no conversations. Import it into a project (qvl-desktop import), and make conversations from its boxes there.</source>
        <translation>{path}：这是 {format}，只有标注框，没有对话。请先导入项目（qvl-desktop import），再在项目中用这些框生成对话。</translation>
    </message>
    <message>
        <source>The chat was not added, a picture cannot be: {problem}</source>
        <translation>聊天未能加入，有一张图片无法加入：{problem}</translation>
    </message>
    <message>
        <source>{path}: the picture cannot be shown ({reason}).</source>
        <translation>{path}：无法显示图片（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: the training process cannot be started ({reason}).</source>
        <translation>{path}：无法启动训练进程（{reason}）。</translation>
    </message>
    <message>
        <source>{folder}: {name} is in two files: {first} and {second}.</source>
        <translation>{folder}：{name} 同时在两个文件里：{first} 和 {second}。</translation>
    </message>
    <message>
        <source>{folder}: the index names tensors that its files do not hold: {names}. Download them again.</source>
        <translation>{folder}：索引中的张量在文件里找不到：{names}。请重新下载。</translation>
    </message>
    <message>
        <source>{folder}: the weights do not fit the configuration. Missing: {missing}. Unexpected: {unexpected}. Other shape: {mismatched}. Download the model again, or check config.json.</source>
        <translation>{folder}：权重与配置不符。缺少：{missing}。多出：{unexpected}。形状不同：{mismatched}。请重新下载模型，或检查 config.json。</translation>
    </message>
    <message>
        <source>{folder}: there are no weights: none of {names} is here. Download the model again.</source>
        <translation>{folder}：没有权重：{names} 都不在。请重新下载模型。</translation>
    </message>
    <message>
        <source>{path}: cannot be read: {reason}</source>
        <translation>{path}：无法读取：{reason}</translation>
    </message>
    <message>
        <source>{path}: the index names files outside the folder, or none at all.</source>
        <translation>{path}：索引指向文件夹以外的文件，或什么也没有指向。</translation>
    </message>
    <message>
        <source>{folder}: {count} file(s) of the model are missing: {names}. Download them again.</source>
        <translation>{folder}：缺少 {count} 个模型文件：{names}。请重新下载。</translation>
    </message>
    <message>
        <source>The model&apos;s chat template refuses this conversation: {reason}</source>
        <translation>模型的聊天模板拒绝了这段对话：{reason}</translation>
    </message>
    <message>
        <source>The model&apos;s chat template leaves out what was said. Download it again (chat_template.jinja).</source>
        <translation>模型的对话模板漏掉了所说的内容。请重新下载（chat_template.jinja）。</translation>
    </message>
    <message>
        <source>{folder}: the settings for pictures are missing ({name}). Download them again.</source>
        <translation>{folder}：缺少图片设置（{name}）。请重新下载。</translation>
    </message>
    <message>
        <source>{folder}: the settings for pictures cannot be read: {reason}</source>
        <translation>{folder}：无法读取图片处理设置：{reason}</translation>
    </message>
    <message>
        <source>The tokenizer has no {token}: this is no Qwen-VL chat model.</source>
        <translation>分词器没有 {token}：这不是 Qwen-VL 聊天模型。</translation>
    </message>
    <message>
        <source>{folder}: the tokenizer is missing (tokenizer.json). Download it again.</source>
        <translation>{folder}：缺少分词器（tokenizer.json）。请重新下载。</translation>
    </message>
    <message>
        <source>{folder}: the tokenizer cannot be read: {reason}</source>
        <translation>{folder}：无法读取分词器：{reason}</translation>
    </message>
    <message>
        <source>There are no samples to calibrate with.</source>
        <translation>没有可用于校准的样本。</translation>
    </message>
    <message>
        <source>{layer}: {reason}</source>
        <translation>{layer}：{reason}</translation>
    </message>
    <message>
        <source>{folder}: config.json speaks of GPTQ layers, but the weights hold none.</source>
        <translation>{folder}：config.json 提到 GPTQ 层，但权重中没有。</translation>
    </message>
    <message>
        <source>{path}: {name} is quantised, but the model has no such linear layer.</source>
        <translation>{path}：{name} 是量化的，但模型没有这样的线性层。</translation>
    </message>
    <message>
        <source>{path}: {name} is stored in {stored} bits, but the settings say {bits}. Correct config.json.</source>
        <translation>{path}：{name} 以 {stored} 位存储，但设置写的是 {bits} 位。请更正 config.json。</translation>
    </message>
    <message>
        <source>{path}: {name} does not fill whole words of {bits} bits.</source>
        <translation>{path}：{name} 不能填满整数个 {bits} 位的字。</translation>
    </message>
    <message>
        <source>{path}: {name} has {found} groups, but a group size of {group_size} over {inputs} inputs makes {groups}. The group size in config.json is not that of the weights.</source>
        <translation>{path}：{name} 有 {found} 组，但 {inputs} 个输入按每组 {group_size} 应为 {groups} 组。config.json 中的组大小与权重不符。</translation>
    </message>
    <message>
        <source>Kernel {kernel} is not known. Choose one of {known}.</source>
        <translation>未知的内核 {kernel}。请从 {known} 中选择。</translation>
    </message>
    <message>
        <source>The fused kernels need an NVIDIA card and the package gptqmodel (pip install “qvl-desktop[gptq]”). Use the kernel “native”, which needs neither.</source>
        <translation>融合内核需要 NVIDIA 显卡和 gptqmodel 包（pip install “qvl-desktop[gptq]”）。也可用内核“native”，两者都不需要。</translation>
    </message>
    <message>
        <source>GPTQModel offers no kernel for this model on this card: {reason}</source>
        <translation>GPTQModel 没有适合此模型和此显卡的内核：{reason}</translation>
    </message>
    <message>
        <source>Torch&apos;s 4-bit kernel cannot take this model: {reason}</source>
        <translation>torch 的 4 位内核不适用于此模型：{reason}</translation>
    </message>
    <message>
        <source>g_idx names groups that the scales do not have.</source>
        <translation>g_idx 提到了缩放表中没有的组。</translation>
    </message>
    <message>
        <source>Zero points from {low} to {high} do not fit the layout {layout} in {bits} bits.</source>
        <translation>{low} 到 {high} 的零点不适合 {bits} 位的 {layout} 布局。</translation>
    </message>
    <message>
        <source>GPTQ with {bits} bits is not offered. Choose one of {known}.</source>
        <translation>不提供 {bits} 位的 GPTQ。请从 {known} 中选择。</translation>
    </message>
    <message>
        <source>A layer of {length} channels cannot be packed in {bits} bits: it must be a multiple of {factor}.</source>
        <translation>{length} 个通道的层无法按 {bits} 位打包：通道数必须是 {factor} 的倍数。</translation>
    </message>
    <message>
        <source>DoRA needs dense weights: choose LoRA for an Int4 model.</source>
        <translation>DoRA 需要未量化的权重：Int4 模型请选择 LoRA。</translation>
    </message>
    <message>
        <source>An adapter cannot be merged into Int4 layers in place. Use “merge”: it makes the weights dense, adds the adapter and, if asked, quantises them again.</source>
        <translation>适配器不能就地合并进 Int4 层。请用“merge”：它把权重还原、加上适配器，并可再次量化。</translation>
    </message>
    <message>
        <source>{folder}: this model is quantised already. Start from the dense one.</source>
        <translation>{folder}：这个模型已经量化过。请从未量化的模型开始。</translation>
    </message>
    <message>
        <source>The calibration data do not determine a layer: give more, and more varied, samples.</source>
        <translation>校准数据不足以确定某一层：请提供更多、更多样的样本。</translation>
    </message>
    <message>
        <source>A weight is not a number: the model is damaged.</source>
        <translation>有权重不是数字：模型已损坏。</translation>
    </message>
    <message>
        <source>{path}: the settings of the quantised layers are missing.</source>
        <translation>{path}：缺少量化层的设置。</translation>
    </message>
    <message>
        <source>{path}: {field} is {value}, which cannot be read here (known: {known}).</source>
        <translation>{path}：{field} 是 {value}，这里无法读取（已知：{known}）。</translation>
    </message>
    <message>
        <source>{folder}: {family} models can be asked, trained and merged here, but not quantised. Take a first-generation Qwen-VL.</source>
        <translation>{folder}：{family} 模型在这里可以提问、训练和合并，但不能量化。请使用第一代 Qwen-VL。</translation>
    </message>
    <message>
        <source>{folder}: config.json makes no model: {reason}</source>
        <translation>{folder}：config.json 不能构成模型：{reason}</translation>
    </message>
    <message>
        <source>{folder}: only parts of first-generation Qwen-VL can stay on the host.</source>
        <translation>{folder}：只有第一代 Qwen-VL 的部件可以留在主机内存中。</translation>
    </message>
    <message>
        <source>{folder}: parts stay on the host of a model on one card. Choose that card: --device cuda:0.</source>
        <translation>{folder}：只有放在一张显卡上的模型，其部件才能留在主机内存中。请指定这张卡：--device cuda:0。</translation>
    </message>
    <message>
        <source>{path}: the settings for answers cannot be read: {reason}</source>
        <translation>{path}：无法读取生成设置：{reason}</translation>
    </message>
    <message>
        <source>{path}: &quot;metadata&quot; is missing, without which transformers reads no shards. Add {entry}.</source>
        <translation>{path}：缺少 &quot;metadata&quot;，没有它 transformers 无法读取分片。请添加 {entry}。</translation>
    </message>
    <message>
        <source>{folder}: config.json describes {described} million parameters, but the weights hold {held} million. Download the model again, or check config.json.</source>
        <translation>{folder}：config.json 描述了 {described} 百万个参数，但权重中有 {held} 百万个。请重新下载模型，或检查 config.json。</translation>
    </message>
    <message>
        <source>{folder}: kernel {kernel} is for GPTQ layers, which {family} models lack.</source>
        <translation>{folder}：内核 {kernel} 用于 GPTQ 层，而 {family} 模型没有这种层。</translation>
    </message>
    <message>
        <source>{folder}: GPTQ checkpoints of {family} cannot be read. Take the full model, as nf4 or int8.</source>
        <translation>{folder}：无法读取 {family} 的 GPTQ 检查点。请用完整模型，以 nf4 或 int8 加载。</translation>
    </message>
    <message>
        <source>{folder}: the model cannot be loaded: {reason}</source>
        <translation>{folder}：无法加载模型：{reason}</translation>
    </message>
    <message>
        <source>{folder}: not an adapter folder: it has no adapter_config.json.</source>
        <translation>{folder}：不是适配器文件夹：没有 adapter_config.json。</translation>
    </message>
    <message>
        <source>{folder}: the adapter does not fit this model: {reason}</source>
        <translation>{folder}：适配器与此模型不符：{reason}</translation>
    </message>
    <message>
        <source>{folder}: this is an adapter, not a model. Name the model it belongs to, or merge both first (qvl-desktop merge) and take what comes out.</source>
        <translation>{folder}：这是适配器，不是模型。请指定它所属的模型，或先将两者合并（qvl-desktop merge）再使用合并结果。</translation>
    </message>
    <message>
        <source>{folder}: not a model folder: it has no config.json.</source>
        <translation>{folder}：不是模型文件夹：没有 config.json。</translation>
    </message>
    <message>
        <source>{path}: model_type {kind} is not known here. Known: {known}.</source>
        <translation>{path}：未知的 model_type {kind}。已知的有：{known}。</translation>
    </message>
    <message>
        <source>{device}: there is no such device here. Choose one of {known}.</source>
        <translation>{device}：本机没有该设备。请选择：{known}。</translation>
    </message>
    <message>
        <source>Precision {precision} is not known. Choose one of {known}.</source>
        <translation>未知的精度 {precision}。请从 {known} 中选择。</translation>
    </message>
    <message>
        <source>{folder}: checkpoints quantised by {method} cannot be read.</source>
        <translation>{folder}：无法读取用 {method} 量化的检查点。</translation>
    </message>
    <message>
        <source>{folder}: this model is quantised already ({method}); it cannot be loaded as {precision}.</source>
        <translation>{folder}：这个模型已经量化过（{method}），不能以 {precision} 加载。</translation>
    </message>
    <message>
        <source>{path}: {name} holds {stored}, where the model needs {needed}.</source>
        <translation>{path}：{name} 里是 {stored}，而模型需要 {needed}。</translation>
    </message>
    <message>
        <source>{layer} has a bias, which the dense model has no place for.</source>
        <translation>{layer} 有偏置，而未量化的模型没有它的位置。</translation>
    </message>
    <message>
        <source>The demo model was left out of this installation: {folder} is missing.</source>
        <translation>此安装包不含演示模型：缺少 {folder}。</translation>
    </message>
    <message>
        <source>{name}: not downloaded yet. Fetch it first: qvl-desktop download {name}</source>
        <translation>{name}：尚未下载。请先下载：qvl-desktop download {name}</translation>
    </message>
    <message>
        <source>{name}: there is no such model folder. Give a folder, a downloaded name, or &quot;demo&quot;.</source>
        <translation>{name}：没有这个模型文件夹。请给出文件夹、已下载模型的名称或 &quot;demo&quot;。</translation>
    </message>
    <message>
        <source>config.json: visual.output_dim is {output_dim} but hidden_size is {hidden_size}; they must be equal.</source>
        <translation>config.json：visual.output_dim 是 {output_dim}，而 hidden_size 是 {hidden_size}；两者必须相等。</translation>
    </message>
    <message>
        <source>config.json: visual.n_queries is {n_queries}, which is not a square number.</source>
        <translation>config.json：visual.n_queries 是 {n_queries}，不是平方数。</translation>
    </message>
    <message>
        <source>config.json: visual.image_size {image_size} is not a multiple of visual.patch_size {patch_size}.</source>
        <translation>config.json：visual.image_size {image_size} 不是 visual.patch_size {patch_size} 的倍数。</translation>
    </message>
    <message>
        <source>config.json: kv_channels {kv_channels} x rotary_pct {rotary_pct} makes no even number of rotary channels above 2, or intermediate_size {intermediate_size} is below 2.</source>
        <translation>config.json：kv_channels {kv_channels} × rotary_pct {rotary_pct} 得不到大于 2 的偶数个旋转通道，或 intermediate_size {intermediate_size} 小于 2。</translation>
    </message>
    <message>
        <source>config.json: {name} {value} cannot be divided by {by} ({divisor}).</source>
        <translation>config.json：{name} {value} 不能被 {by}（{divisor}）整除。</translation>
    </message>
    <message>
        <source>The cache ends at token {column}, inside a picture. Cut it before the picture.</source>
        <translation>缓存在第 {column} 个 token 处、一张图片的中间结束。请在图片之前截断。</translation>
    </message>
    <message>
        <source>This conversation has no answer to learn from: add an assistant turn.</source>
        <translation>这段对话没有可供学习的回答：请添加一轮助手发言。</translation>
    </message>
    <message>
        <source>This conversation has {length} tokens, the limit is {max_length}: raise the limit, or split the conversation into shorter ones.</source>
        <translation>这段对话有 {length} 个 token，上限是 {max_length}：请提高上限，或把对话拆短。</translation>
    </message>
    <message>
        <source>{tag} has no {end} in “{text}”: close it, or write it without the angle brackets.</source>
        <translation>“{text}”中的 {tag} 没有 {end}：请补上，或去掉尖括号。</translation>
    </message>
    <message>
        <source>{element} is no element of a query: give an image, a text, or a ref with its box.</source>
        <translation>{element} 不是查询的元素：请给出图片、文字，或带框的指代。</translation>
    </message>
    <message>
        <source>A message is of system, user or assistant, not of {role}.</source>
        <translation>消息的角色应是 system、user 或 assistant，而不是 {role}。</translation>
    </message>
    <message>
        <source>The message of {role} has no content: give a text or a list of parts.</source>
        <translation>{role} 的消息没有内容：请给出文字或部件列表。</translation>
    </message>
    <message>
        <source>A message part is a text or an image, not {kind}.</source>
        <translation>消息的部件是文字或图片，而不是 {kind}。</translation>
    </message>
    <message>
        <source>This model was loaded without its visual tower, so it cannot read pixels. Hand over image_features, or load the model with its visual tower.</source>
        <translation>这个模型加载时没有带视觉塔，不能读取像素。请传入 image_features，或连同视觉塔一起加载。</translation>
    </message>
    <message>
        <source>{path}: {name} is missing, so this is no Qwen-VL model folder.</source>
        <translation>{path}：缺少 {name}，因此这不是 Qwen-VL 模型文件夹。</translation>
    </message>
    <message>
        <source>{folder}: the processor cannot be loaded: {reason}</source>
        <translation>{folder}：无法载入处理器：{reason}</translation>
    </message>
    <message>
        <source>The text was cut inside or before a picture, which takes {slots} tokens. Allow more tokens, or leave pictures out.</source>
        <translation>文本在图片之内或之前被截断，一张图片占 {slots} 个 token。请允许更多 token，或减少图片。</translation>
    </message>
    <message>
        <source>The text names {expected} picture(s), but {given} were given: give one for each &lt;img&gt;...&lt;/img&gt;, in the order of the text.</source>
        <translation>文字提到 {expected} 张图片，却给了 {given} 张：请按文字中的次序，为每个 &lt;img&gt;...&lt;/img&gt; 各给一张。</translation>
    </message>
    <message>
        <source>{path}: n_queries is {value}; a picture takes 1 to {bound} slots.</source>
        <translation>{path}：n_queries 为 {value}；一张图片占 1 到 {bound} 个位置。</translation>
    </message>
    <message>
        <source>{path}: a picture takes {own} slots here, but {models} in config.json. They must be equal.</source>
        <translation>{path}：此处一张图片占 {own} 个位置，而 config.json 中为 {models} 个。两者必须相等。</translation>
    </message>
    <message>
        <source>{path}: with {size} tokens, &lt;img&gt; has the id {found}, but config.json says {wanted}. The file is not whole, or of another model: download it again.</source>
        <translation>{path}：共 {size} 个 token 时 &lt;img&gt; 的编号为 {found}，而 config.json 写的是 {wanted}。文件不完整，或属于另一个模型：请重新下载。</translation>
    </message>
    <message>
        <source>Turn {place} is a system turn; only the first turn can be one.</source>
        <translation>第 {place} 轮是系统轮；只有第一轮可以是。</translation>
    </message>
    <message>
        <source>Chat format {name} is not known. Choose one of {known}.</source>
        <translation>未知的对话格式 {name}。请选择：{known}。</translation>
    </message>
    <message>
        <source>This is a base model, which continues one text and knows no conversation. Ask one question at a time in a new chat, or choose a Chat model or an adapter.</source>
        <translation>这是基座模型，只会续写一段文本，不懂多轮对话。请在新对话中一次只问一个问题，或选择 Chat 模型或适配器。</translation>
    </message>
    <message>
        <source>The picture at token {column} of row {row} does not have exactly {n_queries} &lt;imgpad&gt; between &lt;img&gt; and &lt;/img&gt;. Build the tokens with the processor, and never cut a sample inside a picture.</source>
        <translation>第 {row} 行第 {column} 个 token 处的图片在 &lt;img&gt; 和 &lt;/img&gt; 之间没有正好 {n_queries} 个 &lt;imgpad&gt;。请用处理器生成 token，且不要在图片中间截断样本。</translation>
    </message>
    <message>
        <source>The text has places for {expected} picture(s), but {given} were given. Give one picture for each &lt;img&gt;, in the order of the text.</source>
        <translation>文字里有 {expected} 张图片的位置，却给了 {given} 张。请按文字中的次序，为每个 &lt;img&gt; 各给一张。</translation>
    </message>
    <message>
        <source>{path}: the vocabulary file cannot be read ({reason}).</source>
        <translation>{path}：无法读取词表文件（{reason}）。</translation>
    </message>
    <message>
        <source>{path}, line {line}: a vocabulary line is a base64 token, a blank and its rank.</source>
        <translation>{path} 第 {line} 行：词表的一行应是 base64 的 token、一个空格和它的序号。</translation>
    </message>
    <message>
        <source>{path}: ranks must run from 0 without a gap or a repetition.</source>
        <translation>{path}：序号必须从 0 起连续，且不重复。</translation>
    </message>
    <message>
        <source>{path}: {count} of the 256 single bytes are missing, the first is {first}.</source>
        <translation>{path}：256 个单字节中缺少 {count} 个，第一个是 {first}。</translation>
    </message>
    <message>
        <source>{token} cannot be added: the ids of this vocabulary are fixed. Use one of {extras}.</source>
        <translation>无法添加 {token}：此词表的编号是固定的。请用 {extras} 中的一个。</translation>
    </message>
    <message>
        <source>Token id {id} is outside the vocabulary of {size} tokens.</source>
        <translation>token 编号 {id} 超出了 {size} 个 token 的词表。</translation>
    </message>
    <message>
        <source>{path}: {field} must be an object with the settings of the visual tower.</source>
        <translation>{path}：{field} 必须是含视觉塔设置的对象。</translation>
    </message>
    <message>
        <source>{path}: {field} must be an object with settings.</source>
        <translation>{path}：{field} 必须是含有设置的对象。</translation>
    </message>
    <message>
        <source>{path}: {field} is {value}; it must be true or false.</source>
        <translation>{path}：{field} 为 {value}；必须是 true 或 false。</translation>
    </message>
    <message>
        <source>{path}: {field} is missing.</source>
        <translation>{path}：缺少 {field}。</translation>
    </message>
    <message>
        <source>{path}: {field} is {value}; it must be a number between {lowest} and {highest}.</source>
        <translation>{path}：{field} 为 {value}；必须是 {lowest} 到 {highest} 之间的数。</translation>
    </message>
    <message>
        <source>{path}: {field} is {value}; it must be a whole number between 1 and {bound}.</source>
        <translation>{path}：{field} 是 {value}；它必须是 1 到 {bound} 之间的整数。</translation>
    </message>
    <message>
        <source>{path}: the file ended early. Download it again.</source>
        <translation>{path}：文件提前结束。请重新下载。</translation>
    </message>
    <message>
        <source>{path}: the file is cut short or is no safetensors file ({size} bytes). Download it again.</source>
        <translation>{path}：文件不完整，或不是 safetensors 文件（{size} 字节）。请重新下载。</translation>
    </message>
    <message>
        <source>{path}: the header cannot be read. Download the file again.</source>
        <translation>{path}：无法读取文件头。请重新下载文件。</translation>
    </message>
    <message>
        <source>{path}: the header puts {name} in a wrong place. Download the file again.</source>
        <translation>{path}：文件头把 {name} 放在了错误的位置。请重新下载文件。</translation>
    </message>
    <message>
        <source>{path}: the file has {size} bytes but its header speaks of {expected}. Download it again.</source>
        <translation>{path}：文件有 {size} 字节，而文件头说有 {expected} 字节。请重新下载。</translation>
    </message>
    <message>
        <source>{path}: the header&apos;s entry for {name} makes no sense. Download the file again.</source>
        <translation>{path}：文件头中 {name} 的条目不合理。请重新下载文件。</translation>
    </message>
    <message>
        <source>{path}: {name} is no tensor; this is no file of weights.</source>
        <translation>{path}：{name} 不是张量；这不是权重文件。</translation>
    </message>
    <message>
        <source>{path}: the file is cut short or is no file of PyTorch weights. Download it again.</source>
        <translation>{path}：文件不完整，或不是 PyTorch 权重文件。请重新下载。</translation>
    </message>
    <message>
        <source>{path}: the file holds more than tensors: loading it would run code, so it is refused ({reason}). Get the model as safetensors, or from a source you trust.</source>
        <translation>{path}：文件里不只有张量：加载它会执行代码，因此拒绝加载（{reason}）。请获取 safetensors 版本，或从可信来源获取。</translation>
    </message>
    <message>
        <source>{path}: the file holds no named tensors.</source>
        <translation>{path}：文件里没有带名字的张量。</translation>
    </message>
    <message>
        <source>{path}: the weights cannot be read: {reason}. Download the file again.</source>
        <translation>{path}：无法读取权重：{reason}。请重新下载文件。</translation>
    </message>
    <message>
        <source>{path}: there is something already. Choose a new folder.</source>
        <translation>{path}：这里已有内容。请另选新文件夹。</translation>
    </message>
    <message>
        <source>{folder}: an adapter cannot be merged into quantised weights. Take the full model.</source>
        <translation>{folder}：适配器不能合并到量化权重中。请使用完整模型。</translation>
    </message>
    <message>
        <source>{path}: the model cannot be written: {reason}</source>
        <translation>{path}：无法写入模型：{reason}</translation>
    </message>
    <message>
        <source>{path}: the model cannot be written ({reason}).</source>
        <translation>{path}：无法写入模型（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: there is no such project.</source>
        <translation>{path}：没有这个项目。</translation>
    </message>
    <message>
        <source>{path}: this is a folder, not a project file.</source>
        <translation>{path}：这是文件夹，不是项目文件。</translation>
    </message>
    <message>
        <source>{path}: the project cannot be read ({reason}).</source>
        <translation>{path}：无法读取项目（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: there is a file already. Open it, or choose another name.</source>
        <translation>{path}：已有同名文件。请打开它，或换一个名字。</translation>
    </message>
    <message>
        <source>{path}: the project cannot be created ({reason}). Choose a folder you may write to.</source>
        <translation>{path}：无法新建项目（{reason}）。请选择您有写入权限的文件夹。</translation>
    </message>
    <message>
        <source>{path}: conversation {id} is no longer in the project.</source>
        <translation>{path}：对话 {id} 已不在项目中。</translation>
    </message>
    <message>
        <source>{path}: turn {id} is no longer in the project.</source>
        <translation>{path}：第 {id} 轮已不在项目中。</translation>
    </message>
    <message>
        <source>{path}: there is no such file.</source>
        <translation>{path}：没有这个文件。</translation>
    </message>
    <message>
        <source>{source}: its picture is an address, not a file.</source>
        <translation>{source}：它的图片是网址，不是文件。</translation>
    </message>
    <message>
        <source>{path}: the disk is full. The last edit was taken back; make room and do it again.</source>
        <translation>{path}：磁盘已满。最后一次编辑已撤回；请腾出空间后再做一次。</translation>
    </message>
    <message>
        <source>{path}: another program works on this project. Close it there first.</source>
        <translation>{path}：另一个程序正在使用这个项目。请先在那里关闭它。</translation>
    </message>
    <message>
        <source>{path}: {program} (process {process}) works on this project. Close it there first.</source>
        <translation>{path}：{program}（进程 {process}）正在使用这个项目。请先在那里关闭它。</translation>
    </message>
    <message>
        <source>{path}: the project cannot be written. Check the rights of the file and of its folder, or copy it to a place of your own.</source>
        <translation>{path}：无法写入项目。请检查文件及其文件夹的权限，或把它复制到您自己的位置。</translation>
    </message>
    <message>
        <source>{path}: the project file is damaged ({reason}). It was left as it is; restore a backup (the .backup files beside it), or export what can still be read.</source>
        <translation>{path}：项目文件已损坏（{reason}）。它保持原样；请恢复备份（旁边的 .backup 文件），或导出还能读取的内容。</translation>
    </message>
    <message>
        <source>{path}: this is not a QVL Desktop project. It was not touched.</source>
        <translation>{path}：这不是 QVL Desktop 项目。文件未被改动。</translation>
    </message>
    <message>
        <source>{path}: the project cannot be used ({reason}).</source>
        <translation>{path}：无法使用该项目（{reason}）。</translation>
    </message>
    <message>
        <source>{source}: left out, its picture {path} cannot be read.</source>
        <translation>{source}：已略去，无法读取它的图片 {path}。</translation>
    </message>
    <message>
        <source>{path}: the folder cannot be read. Check its rights.</source>
        <translation>{path}：无法读取文件夹。请检查其权限。</translation>
    </message>
    <message>
        <source>{path}: the file&apos;s name is not valid text; rename the file.</source>
        <translation>{path}：文件名不是有效文本；请重命名文件。</translation>
    </message>
    <message>
        <source>{path}: the file&apos;s name holds &lt;img&gt;, &lt;/img&gt; or a line end; rename the file.</source>
        <translation>{path}：文件名中含有 &lt;img&gt;、&lt;/img&gt; 或换行；请重命名文件。</translation>
    </message>
    <message>
        <source>{path}: this project was written by a newer version of the program (file version {found}, this program knows {known}). Update the program to open it; the file was not touched.</source>
        <translation>{path}：这个项目由更新版本的程序写成（文件版本 {found}，本程序认识 {known}）。请更新程序后再打开；文件未被改动。</translation>
    </message>
    <message>
        <source>{path}: the project file carries no version; it was not written to the end. It was left as it is; restore a backup (the .backup files beside it).</source>
        <translation>{path}：项目文件没有版本号，没有写完整。它保持原样；请恢复备份（旁边的 .backup 文件）。</translation>
    </message>
    <message>
        <source>{path}: picture {id} is no longer in the project.</source>
        <translation>{path}：图片 {id} 已不在项目中。</translation>
    </message>
    <message>
        <source>{path}: region {id} is no longer in the project.</source>
        <translation>{path}：区域 {id} 已不在项目中。</translation>
    </message>
    <message>
        <source>This box has no area inside its picture.</source>
        <translation>这个框在它的图片内没有面积。</translation>
    </message>
    <message>
        <source>This quad has no area inside its picture.</source>
        <translation>此四边形在图片内没有面积。</translation>
    </message>
    <message>
        <source>“{ref}” cannot name a region: it holds tags such as &lt;ref&gt; or &lt;box&gt;.</source>
        <translation>“{ref}”不能作为区域的指代：其中含有 &lt;ref&gt; 或 &lt;box&gt; 之类的标记。</translation>
    </message>
    <message>
        <source>This point lies outside its picture.</source>
        <translation>此点位于图片之外。</translation>
    </message>
    <message>
        <source>There is not enough memory for this run. Make the batch smaller (and the accumulation larger), shorten the longest sample, or choose Q-LoRA. Resume goes on from the last checkpoint.</source>
        <translation>内存不足以完成这个训练任务。请减小批大小（并增大累积）、缩短最长样本，或选择 Q-LoRA。恢复训练会从最后一个检查点继续。</translation>
    </message>
    <message>
        <source>The disk is full ({path}). Make room, then resume: the last checkpoint is whole.</source>
        <translation>磁盘已满（{path}）。请腾出空间再恢复：最后一个检查点是完整的。</translation>
    </message>
    <message>
        <source>{folder}: the weights of a quantised model cannot be trained. Choose Q-LoRA or LoRA.</source>
        <translation>{folder}：量化模型的权重不能训练。请选择 Q-LoRA 或 LoRA。</translation>
    </message>
    <message>
        <source>{folder}: DoRA cannot be put on an Int4 model, whose weights are packed: switch it off, or take the BF16 model with Q-LoRA.</source>
        <translation>{folder}：Int4 模型的权重是打包的，不能使用 DoRA：请关闭它，或用 BF16 模型做 Q-LoRA。</translation>
    </message>
    <message>
        <source>None of the layers {targets} exists in this model. It has: {names}.</source>
        <translation>{targets} 中没有一层存在于这个模型。它有：{names}。</translation>
    </message>
    <message>
        <source>An adapter on experts allows neither dropout nor DoRA: set dropout to 0 and switch DoRA off.</source>
        <translation>专家上的适配器不支持 Dropout 和 DoRA：请把 Dropout 设为 0 并关闭 DoRA。</translation>
    </message>
    <message>
        <source>{source} is left out: {reason}</source>
        <translation>{source} 已略去：{reason}</translation>
    </message>
    <message>
        <source>{count} sample(s) have more than {limit} tokens, and the plan does not leave any out: {names}. Raise the limit, shorten them, or let longer samples be skipped.</source>
        <translation>有 {count} 个样本超过 {limit} 个 token，而计划不允许跳过：{names}。请提高上限、缩短样本，或允许跳过过长的样本。</translation>
    </message>
    <message>
        <source>{count} picture(s) are not where the data says: {names}. Bring them back, or take them out of the data.</source>
        <translation>有 {count} 张图片不在数据所说的位置：{names}。请放回原处，或从数据中去掉。</translation>
    </message>
    <message>
        <source>{name}: there is nothing to learn from: no conversation of the training split has an answer within {limit} tokens. Make conversations, or put some into the training split.</source>
        <translation>{name}：没有可供学习的内容：训练划分中没有一段对话的回答在 {limit} 个 token 以内。请生成对话，或把一些放入训练划分。</translation>
    </message>
    <message>
        <source>{count} more samples are left out.</source>
        <translation>另有 {count} 个样本已略去。</translation>
    </message>
    <message>
        <source>This run goes on with less memory by train RUN --resume and {flags}.</source>
        <translation>用 train RUN --resume 加上 {flags}，此训练可以少用内存继续。</translation>
    </message>
    <message>
        <source>A new run would need less memory with {flags}.</source>
        <translation>新的训练使用 {flags} 可以少用内存。</translation>
    </message>
    <message>
        <source>The data has changed since the run began: {before} samples then, {now} now. The run goes on.</source>
        <translation>训练任务开始之后数据有变动：当时有 {before} 个样本，现在有 {now} 个。任务继续。</translation>
    </message>
    <message>
        <source>{path}: this checkpoint cannot be resumed from ({reason}). Delete it to use the one before.</source>
        <translation>{path}：无法从这个检查点恢复（{reason}）。删除它即可使用前一个。</translation>
    </message>
    <message>
        <source>one process</source>
        <translation>一个进程</translation>
    </message>
    <message>
        <source>{count} processes ({way})</source>
        <translation>{count} 个进程（{way}）</translation>
    </message>
    <message>
        <source>{path}: {checkpoint} was written by {before}, and {now} cannot go on from it. Put distributed and processes in plan.json back as they were, then: {line}. Or merge that checkpoint with its model and start a new run on the result.</source>
        <translation>{path}：{checkpoint} 由{before}写成，{now}无法从它继续。请把 plan.json 里的 distributed 和 processes 改回原样，然后运行：{line}。或把该检查点并入它的模型，在结果上开始新的训练。</translation>
    </message>
    <message>
        <source>{path} is damaged ({reason}); the checkpoint before it is used.</source>
        <translation>{path} 已损坏（{reason}）；改用它之前的检查点。</translation>
    </message>
    <message>
        <source>There is no checkpoint yet: the run starts from the beginning.</source>
        <translation>还没有检查点：任务从头开始。</translation>
    </message>
    <message>
        <source>{path}: this checkpoint was made with another method or rank than the plan says now. Start a new run.</source>
        <translation>{path}：这个检查点的方法或秩与计划不同。请新建训练任务。</translation>
    </message>
    <message>
        <source>The result is the checkpoint of step {step}, which validated best.</source>
        <translation>结果取自第 {step} 步的检查点，它的验证成绩最好。</translation>
    </message>
    <message>
        <source>--{flag} {value}: this value cannot be read.</source>
        <translation>--{flag} {value}：无法读取这个值。</translation>
    </message>
    <message>
        <source>There is no call of finetune.py in this text. Paste the whole line: python finetune.py --model_...</source>
        <translation>这段文字里没有调用 finetune.py。请粘贴整行命令：python finetune.py --model_...</translation>
    </message>
    <message>
        <source>A quotation mark is left open: {line}</source>
        <translation>引号没有闭合：{line}</translation>
    </message>
    <message>
        <source>The boxes of turn {turn} belong to picture {picture}, which is named last before them; in this order another picture would be. Move the turns instead, or give the picture a question of its own.</source>
        <translation>第 {turn} 轮的框属于图片 {picture}，即在它们之前最后提到的图片；换成这个顺序后就会是另一张图片。请改为移动对话轮，或为该图片单独提问。</translation>
    </message>
    <message>
        <source>{points} is no {kind}: it needs {count} points.</source>
        <translation>{points} 不是 {kind}：需要 {count} 个点。</translation>
    </message>
    <message>
        <source>A quad without area cannot be scaled.</source>
        <translation>没有面积的四边形不能缩放。</translation>
    </message>
    <message>
        <source>The template “{name}” cannot be read; put it back to what was shipped, or delete it.</source>
        <translation>无法读取模板“{name}”，请恢复默认或删除它。</translation>
    </message>
    <message>
        <source>Template “{name}” ({language}): {way} {reason}</source>
        <translation>模板“{name}”（{language}）：{way} {reason}</translation>
    </message>
    <message>
        <source>{path}: this is no COCO file, it has neither “images” nor “annotations”.</source>
        <translation>{path}：这不是 COCO 文件，既没有“images”也没有“annotations”。</translation>
    </message>
    <message>
        <source>{path}: {reason} Import it with --dialect {first} or --dialect {second}.</source>
        <translation>{path}：{reason}请用 --dialect {first} 或 --dialect {second} 导入。</translation>
    </message>
    <message>
        <source>Qwen-VL JSON is read by first-generation tools alone. For {family} choose the format sharegpt.</source>
        <translation>Qwen-VL JSON 只有第一代工具能读。{family} 请选择 sharegpt 格式。</translation>
    </message>
    <message>
        <source>ms-swift itself writes boxes as the model it trains needs them: its data has pixels, whatever the family. Export without a family, or choose the format sharegpt.</source>
        <translation>ms-swift 会自行按所训练的模型书写框：无论哪个系列，其数据都是像素。请不指定系列导出，或选择 sharegpt 格式。</translation>
    </message>
    <message>
        <source>{format} has boxes in pixels and no text that a family writes in its own way. Export without a family, or choose the format sharegpt.</source>
        <translation>{format} 的框以像素表示，没有随系列而变的文本。请不指定系列导出，或选择 sharegpt 格式。</translation>
    </message>
    <message>
        <source>{path}: this format is a folder, and there is a file of that name.</source>
        <translation>{path}：此格式是一个文件夹，但已有同名文件。</translation>
    </message>
    <message>
        <source>{path}: the folder is not empty, and files in it could be overwritten. Choose a new folder, or say --force to write among what is there.</source>
        <translation>{path}：文件夹不是空的，其中的文件可能被覆盖。请选择新文件夹，或用 --force 写入其中。</translation>
    </message>
    <message>
        <source>{path}: this name lists data sets; give the data file another.</source>
        <translation>{path}：这个名称用于数据集清单，请给数据文件另取名称。</translation>
    </message>
    <message>
        <source>{path}: too large for the yaml of a data set.</source>
        <translation>{path}：文件太大，不像数据集的 yaml。</translation>
    </message>
    <message>
        <source>{path}: references (*name) are not read in a data set&apos;s yaml.</source>
        <translation>{path}：数据集的 yaml 中不支持引用（*name）。</translation>
    </message>
    <message>
        <source>{path}: the yaml is broken ({reason}).</source>
        <translation>{path}：yaml 有错误（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: the yaml names no classes.</source>
        <translation>{path}：yaml 没有写明类别。</translation>
    </message>
    <message>
        <source>{path}: “names” must be a list of names, or a name for each number.</source>
        <translation>{path}：“names”必须是名称列表，或每个编号对应一个名称。</translation>
    </message>
    <message>
        <source>{path}: cannot be read as JSON ({reason}). Download it again.</source>
        <translation>{path}：无法按 JSON 读取（{reason}）。请重新下载。</translation>
    </message>
    <message>
        <source>{path}: the file holds no settings, but {kind}. Download it again.</source>
        <translation>{path}：文件中没有设置，而是 {kind}。请重新下载。</translation>
    </message>
    <message>
        <source>image_size is {side}; it must be a whole number between 1 and {bound}.</source>
        <translation>image_size 为 {side}；必须是 1 到 {bound} 之间的整数。</translation>
    </message>
    <message>
        <source>{field} is {value}; it must be three numbers.</source>
        <translation>{field} 为 {value}；必须是三个数。</translation>
    </message>
    <message>
        <source>{kind} is no picture: give a file, its bytes, a Pillow picture or its pixels.</source>
        <translation>{kind} 不是图片：请给出文件、其字节、Pillow 图片或像素。</translation>
    </message>
    <message>
        <source>{url}: nothing is fetched from the network. Download the picture first.</source>
        <translation>{url}：不会从网络获取任何内容。请先下载图片。</translation>
    </message>
    <message>
        <source>Pixels are uint8, or floats from 0 to 1, in one, three or four channels; these are {kind} {shape}.</source>
        <translation>像素应为 uint8 或 0 到 1 的浮点数，有一、三或四个通道；而这些是 {kind} {shape}。</translation>
    </message>
    <message>
        <source>{path}: this picture is an address, not a file; it cannot be exported.</source>
        <translation>{path}：这张图片是网址而不是文件，无法导出。</translation>
    </message>
    <message>
        <source>“{ref}” is no valid text.</source>
        <translation>“{ref}”不是有效的文本。</translation>
    </message>
    <message>
        <source>“{name}” cannot name a template: write a name without “/”.</source>
        <translation>“{name}”不能作为模板名称：请使用不含“/”的名称。</translation>
    </message>
    <message>
        <source>{processes} processes cannot be spread evenly over {nodes} machines.</source>
        <translation>{processes} 个进程无法平均分配到 {nodes} 台机器。</translation>
    </message>
    <message>
        <source>{path}: there are no JSON files in this folder.</source>
        <translation>{path}：此文件夹中没有 JSON 文件。</translation>
    </message>
    <message>
        <source>{path}: there are no XML files in this folder.</source>
        <translation>{path}：此文件夹中没有 XML 文件。</translation>
    </message>
    <message>
        <source>{path}: too large for an annotation.</source>
        <translation>{path}：文件太大，不像标注文件。</translation>
    </message>
    <message>
        <source>{path}, line {line}: the XML is broken ({reason}).</source>
        <translation>{path} 第 {line} 行：XML 有错误（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: the XML is refused ({reason}).</source>
        <translation>{path}：拒绝读取此 XML（{reason}）。</translation>
    </message>
    <message>
        <source>Decoding {decoding} is not known. Choose one of {known}.</source>
        <translation>未知的解码方式 {decoding}。请从 {known} 中选择。</translation>
    </message>
    <message>
        <source>--split is for pictures with regions; conversations say their own split.</source>
        <translation>--split 用于带区域的图片；对话自己写明所属划分。</translation>
    </message>
    <message>
        <source>--copy-images and --force are for formats that are a folder (yolo, voc, labelme); {format} is one file, which is replaced as a whole and names its pictures where they are.</source>
        <translation>--copy-images 和 --force 用于文件夹类格式（yolo、voc、labelme）；{format} 是单个文件，会整体替换，并按图片现在的位置引用。</translation>
    </message>
    <message>
        <source>This run is meant for {wanted} processes and {came} came. Start it with: {line}</source>
        <translation>这次训练需要 {wanted} 个进程，只来了 {came} 个。请这样启动：{line}</translation>
    </message>
    <message>
        <source>{name} needs DeepSpeed, which is not installed here. Install it (pip install deepspeed), or choose fsdp2, which shares the model out as well.</source>
        <translation>{name} 需要 DeepSpeed，这里没有安装。请安装（pip install deepspeed），或选择同样分摊模型的 fsdp2。</translation>
    </message>
    <message>
        <source>The plan asks for {wanted} cards and this machine has {cards}. Make it {cards}, or start the run on several machines with: {line}</source>
        <translation>计划要求 {wanted} 张显卡，这台机器有 {cards} 张。请改为 {cards}，或在多台机器上这样启动：{line}</translation>
    </message>
    <message>
        <source>{name} was asked for, and the processes share their work as {kind}.</source>
        <translation>要求的是 {name}，而各进程实际以 {kind} 方式分工。</translation>
    </message>
    <message>
        <source>{setting} names {part}, which cannot stay on the host. Known: {known}.</source>
        <translation>{setting} 指定了 {part}，它不能留在内存中。可用：{known}。</translation>
    </message>
    <message>
        <source>{path}: the checkpoints of this run take about {need} and {free} are free. Make room, keep fewer checkpoints, or put the run on another disk.</source>
        <translation>{path}：这次训练的检查点约需 {need}，而只剩 {free}。请腾出空间、少保留几个检查点，或换一块磁盘。</translation>
    </message>
    <message>
        <source>{name} is not as it was written</source>
        <translation>{name} 与写入时不同</translation>
    </message>
    <message>
        <source>The loss is no number any more at step {step}, first at {source}. Most often the learning rate of {rate:g} is too high: start again with a third of it. If it stops at this sample again, leave the sample out. The last checkpoint is from before.</source>
        <translation>第 {step} 步的损失不再是数字，最先出现在 {source}。多半是学习率 {rate:g} 太高：请用它的三分之一重新开始。如果又停在同一个样本，请去掉这个样本。最后的检查点在此之前。</translation>
    </message>
    <message>
        <source>{path}: there is no phrase with one box in it. Take a RefCOCO-style file (image, sent, bbox), or data whose answers name something and box it.</source>
        <translation>{path}：其中没有只对应一个框的短语。请使用 RefCOCO 风格的文件（image、sent、bbox），或回答中既有名称又有框的数据。</translation>
    </message>
    <message>
        <source>The real step could not be taken: {reason}</source>
        <translation>无法实际走一步：{reason}</translation>
    </message>
    <message>
        <source>{name}: there is no such preset. There are: {known}.</source>
        <translation>{name}：没有这个预设。可用的有：{known}。</translation>
    </message>
    <message>
        <source>{first} and {second} exclude each other: name one card and one aim.</source>
        <translation>{first} 与 {second} 互相排斥：请各选一个显卡预设和一个目的预设。</translation>
    </message>
    <message>
        <source>{folder}: {family} models have a layout of their own; only first-generation Qwen-VL can be asked in another one.</source>
        <translation>{folder}：{family} 模型有自己的提示格式；只有第一代 Qwen-VL 可以换用其他格式提问。</translation>
    </message>
    <message>
        <source>This model was loaded for answering, with GPTQModel&apos;s kernels, and cannot be saved. Load it with the kernel “native” to save it.</source>
        <translation>此模型是用 GPTQModel 内核为回答而加载的，无法保存。要保存，请用“native”内核加载。</translation>
    </message>
    <message>
        <source>{path}: beside it lies the log of another project that had this name, and it cannot be moved ({reason}). Move the files that begin with this name elsewhere, or choose another name.</source>
        <translation>{path}：旁边留有另一个同名项目的日志，而且无法移走（{reason}）。请把以此名称开头的文件移到别处，或换一个名称。</translation>
    </message>
    <message>
        <source>The optimiser {name} needs bitsandbytes, which is not installed here. Install it (pip install bitsandbytes), or choose adamw.</source>
        <translation>优化器 {name} 需要 bitsandbytes，而这里没有安装。请安装（pip install bitsandbytes），或者选择 adamw。</translation>
    </message>
    <message>
        <source>The optimiser {name} moves between a card and main memory, and this run has no card. Choose adamw_8bit, which is as small.</source>
        <translation>优化器 {name} 会在显卡和内存之间移动，而这次训练没有显卡。请选择同样省内存的 adamw_8bit。</translation>
    </message>
    <message>
        <source>The word table of this model cannot lie in main memory: the model&apos;s last layer is the same table, or its family does not allow it. Switch “Word table in main memory” off.</source>
        <translation>这个模型的词表不能放在内存里：它的最后一层就是同一张表，或者该系列不支持。请关闭“词表放在内存”。</translation>
    </message>
    <message>
        <source>There are {count} samples here; there is no sample {number}.</source>
        <translation>这里有 {count} 个样本，没有第 {number} 个。</translation>
    </message>
    <message>
        <source>This job cannot be read; it may come from a newer version of the program.</source>
        <translation>无法读取此任务；它可能来自更新版本的程序。</translation>
    </message>
    <message>
        <source>The question “{question}” needs {{ref}} in it: there the ref goes.</source>
        <translation>问题“{question}”中需要 {{ref}}：指代会放在该处。</translation>
    </message>
    <message>
        <source>{folder}: the files of the web page are missing. Install the program again.</source>
        <translation>{folder}：缺少网页的文件。请重新安装程序。</translation>
    </message>
    <message>
        <source>The layers of this model ({name}) carry something from token to token that packed samples would share. Switch packing off.</source>
        <translation>这个模型的层（{name}）会把内容从一个 token 带到下一个，打包在一起的样本会互相影响。请关闭打包。</translation>
    </message>
    <message>
        <source>No picture to ask about: none passes the filter, or none has regions.</source>
        <translation>没有可询问的图片：没有图片符合筛选条件，或都没有区域。</translation>
    </message>
    <message>
        <source>{path}: job {id} is no longer in the project.</source>
        <translation>{path}：任务 {id} 已不在项目中。</translation>
    </message>
    <message>
        <source>{path}: draft {id} is no longer in the project.</source>
        <translation>{path}：草稿 {id} 已不在项目中。</translation>
    </message>
    <message>
        <source>A draft needs a question and an answer. Reject it instead.</source>
        <translation>草稿需要有问题和回答。不需要时请拒绝它。</translation>
    </message>
    <message>
        <source>{path}: chat {id} is no longer there.</source>
        <translation>{path}：聊天 {id} 已不存在。</translation>
    </message>
    <message>
        <source>{path}: no job was cut short; there is nothing to go on with.</source>
        <translation>{path}：没有中断的任务可继续。</translation>
    </message>
    <message>
        <source>{path}: this folder was not downloaded by this program, so there is nothing to compare with.</source>
        <translation>{path}：这个文件夹不是由本程序下载的，没有可对照的记录。</translation>
    </message>
    <message>
        <source>{path}: the record of the download cannot be read ({reason}).</source>
        <translation>{path}：无法读取下载记录（{reason}）。</translation>
    </message>
    <message>
        <source>{text}: a host is written HOST, HOST:PORT or HOST=ADDRESS, without http:// and path.</source>
        <translation>{text}：主机应写作 HOST、HOST:PORT 或 HOST=ADDRESS，不带 http:// 和路径。</translation>
    </message>
    <message>
        <source>{host} does not give the picture: {reason}</source>
        <translation>{host} 没有给出图片：{reason}</translation>
    </message>
    <message>
        <source>{url}: too many redirects.</source>
        <translation>{url}：重定向次数过多。</translation>
    </message>
    <message>
        <source>{url}: this is no web address.</source>
        <translation>{url}：这不是网址。</translation>
    </message>
    <message>
        <source>{host}: nothing is fetched from the network here. Send the picture as a data: URL, or have the server started with --allow-url {host}.</source>
        <translation>{host}：这里不会从网络获取任何内容。请以 data: URL 发送图片，或在启动服务时加上 --allow-url {host}。</translation>
    </message>
    <message>
        <source>{host} cannot be found: {reason}</source>
        <translation>找不到 {host}：{reason}</translation>
    </message>
    <message>
        <source>{host} leads to an address that is not public. Where that is meant, pin it with --allow-url {host}=ADDRESS.</source>
        <translation>{host} 指向一个非公开地址。如果确实需要，请用 --allow-url {host}=ADDRESS 将其固定。</translation>
    </message>
    <message>
        <source>A picture may have {limit} MB at most.</source>
        <translation>一张图片最多 {limit} MB。</translation>
    </message>
    <message>
        <source>{endpoint}: no address of a mirror. Write it like https://hf-mirror.com</source>
        <translation>{endpoint}：不是镜像地址。请写成 https://hf-mirror.com 这样的形式</translation>
    </message>
    <message>
        <source>{repo}: name a known model, or a repository as OWNER/NAME.</source>
        <translation>{repo}：请填写已知模型的名称，或 OWNER/NAME 形式的仓库名。</translation>
    </message>
    <message>
        <source>{what}: {hub} wants to know who asks. Accept the model&apos;s terms on its page if it has some, then log in: {way}.</source>
        <translation>{what}：{hub} 要求登录。如果该模型有使用条款，请先在其页面上接受，然后登录：{way}。</translation>
    </message>
    <message>
        <source>{what}: {hub} has no such model, revision or file. Check the name.</source>
        <translation>{what}：{hub} 上没有这个模型、版本或文件。请检查名称。</translation>
    </message>
    <message>
        <source>{hub} cannot answer at the moment (HTTP {status}). Try again later, or use another source.</source>
        <translation>{hub} 暂时无法响应（HTTP {status}）。请稍后再试，或换一个来源。</translation>
    </message>
    <message>
        <source>{what}: {hub} refused the request (HTTP {status}).</source>
        <translation>{what}：{hub} 拒绝了请求（HTTP {status}）。</translation>
    </message>
    <message>
        <source>{host}: its certificate is not trusted here ({reason}). Behind a company&apos;s proxy, set SSL_CERT_FILE and REQUESTS_CA_BUNDLE to the file of its certificates; a wrong clock can be the reason too.</source>
        <translation>{host}：本机不信任它的证书（{reason}）。如果在公司代理之后，请把 SSL_CERT_FILE 和 REQUESTS_CA_BUNDLE 设为其证书文件；系统时间不对也会这样。</translation>
    </message>
    <message>
        <source>{host} cannot be reached ({reason}). Check the network and the proxy, or choose another source or mirror.</source>
        <translation>无法连接 {host}（{reason}）。请检查网络和代理，或换一个来源或镜像。</translation>
    </message>
    <message>
        <source>{path}: the disk is full. What was fetched is kept: make room and resume, or choose another folder.</source>
        <translation>{path}：磁盘已满。已下载的部分会保留：腾出空间后继续，或另选文件夹。</translation>
    </message>
    <message>
        <source>{path}: cannot be written ({reason}). Choose another folder.</source>
        <translation>{path}：无法写入（{reason}）。请另选文件夹。</translation>
    </message>
    <message>
        <source>{path}: another download is filling this folder already.</source>
        <translation>{path}：另一个下载正在使用这个文件夹。</translation>
    </message>
    <message>
        <source>{path}: this folder holds other files already. Choose another folder, or add this one to the list of models if it is one.</source>
        <translation>{path}：这个文件夹里已有其他文件。请另选文件夹；如果它本身是模型，请把它添加到模型列表。</translation>
    </message>
    <message>
        <source>{path}: this folder holds {repo} at {revision}. Choose another folder, or delete this one.</source>
        <translation>{path}：这个文件夹里是 {repo} 的 {revision}。请另选文件夹，或先删除它。</translation>
    </message>
    <message>
        <source>Needs {needed}, {free} free on {place}: choose another folder, or make room.</source>
        <translation>需要 {needed}，{place} 只剩 {free}：请另选文件夹或腾出空间。</translation>
    </message>
    <message>
        <source>{repo}: no name of a repository ({reason}).</source>
        <translation>{repo}：不是仓库名（{reason}）。</translation>
    </message>
    <message>
        <source>{host} does not answer as a model hub does ({reason}). Check the address.</source>
        <translation>{host} 的响应不像模型站（{reason}）。请检查地址。</translation>
    </message>
    <message>
        <source>{what}: there is no such model on {hub}, or it is private. Check the name; for a private one log in: {way}.</source>
        <translation>{what}：{hub} 上没有这个模型，或者它是私有的。请检查名称；私有模型请先登录：{way}。</translation>
    </message>
    <message>
        <source>{repo}: the hub&apos;s list is not clear about {file}. Try another source.</source>
        <translation>{repo}：模型站的列表里 {file} 的信息不清楚。请换一个来源。</translation>
    </message>
    <message>
        <source>{repo}: no model that this program can read: no config.json with weights.</source>
        <translation>{repo}：不是本程序能读取的模型：没有 config.json 和权重。</translation>
    </message>
    <message>
        <source>{repo}: its weights are there only as PyTorch files (.bin), an older format that can carry code. This program reads them as plain numbers and refuses any with code. Agree to fetch them: --allow-pickle.</source>
        <translation>{repo}：它的权重只有 PyTorch 文件（.bin），这是一种可以夹带代码的旧格式。本程序只把它们当作纯数字读取，含有代码的会被拒绝。同意下载请用：--allow-pickle。</translation>
    </message>
    <message>
        <source>{file}: {hub} sent an address that cannot be followed ({reason}).</source>
        <translation>{file}：{hub} 给出的地址无法访问（{reason}）。</translation>
    </message>
    <message>
        <source>{file}: {hub} ended the connection early, after {count} of {size} bytes.</source>
        <translation>{file}：{hub} 提前断开了连接，只收到 {count} / {size} 字节。</translation>
    </message>
    <message>
        <source>{file}: {hub} sent it twice with other content than its list says. It was thrown away. Resume later, or use another source: the mirror may be broken, or the model has just been changed.</source>
        <translation>{file}：{hub} 两次发来的内容都与列表不符，已丢弃。请稍后继续，或换一个来源：镜像可能有问题，或者模型刚被更改。</translation>
    </message>
    <message>
        <source>{file}: {hub} did not go on where it was asked to; from the beginning.</source>
        <translation>{file}：{hub} 没有从要求的位置继续；从头下载。</translation>
    </message>
    <message>
        <source>Something went wrong that should not have: {reason}.</source>
        <translation>出现了不该有的错误：{reason}。</translation>
    </message>
    <message>
        <source>{url} said nothing for {minutes} minutes.</source>
        <translation>{url} 已有 {minutes} 分钟没有应答。</translation>
    </message>
    <message>
        <source>{url} broke off: {reason}</source>
        <translation>{url} 中断了：{reason}</translation>
    </message>
    <message>
        <source>{url} is no address of a server.</source>
        <translation>{url} 不是服务器地址。</translation>
    </message>
    <message>
        <source>{url} went away in the middle of an answer ({reason}).</source>
        <translation>{url} 在回答途中断开（{reason}）。</translation>
    </message>
    <message>
        <source>{url} does not answer ({reason}).</source>
        <translation>{url} 没有应答（{reason}）。</translation>
    </message>
    <message>
        <source>{url} is busy: {reason}</source>
        <translation>{url} 正忙：{reason}</translation>
    </message>
    <message>
        <source>{url} refuses: {reason}</source>
        <translation>{url} 拒绝：{reason}</translation>
    </message>
    <message>
        <source>The model&apos;s server cannot go on: {reason}</source>
        <translation>模型服务无法继续：{reason}</translation>
    </message>
    <message>
        <source>The model is not loaded just now.</source>
        <translation>模型当前未加载。</translation>
    </message>
    <message>
        <source>The model cannot be used: {reason}</source>
        <translation>无法使用模型：{reason}</translation>
    </message>
    <message>
        <source>The model was unloaded. Going on loads it again.</source>
        <translation>模型已卸载。继续时会重新加载。</translation>
    </message>
    <message>
        <source>Another model was loaded in between. Going on loads this one again.</source>
        <translation>期间加载了另一个模型。继续时会重新加载此模型。</translation>
    </message>
    <message>
        <source>{path}: this run is at work. Stop it first, then delete it.</source>
        <translation>{path}：这次训练正在进行。请先停止，再删除。</translation>
    </message>
    <message>
        <source>{path}: the run cannot be moved ({reason}).</source>
        <translation>{path}：无法移动这次训练（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: not everything could be deleted. Is a file in use?</source>
        <translation>{path}：未能全部删除。是否有文件正在使用？</translation>
    </message>
    <message>
        <source>This model was loaded without its visual tower, so it cannot read pixels. Hand over features, or load the model with its visual tower.</source>
        <translation>这个模型加载时没有带视觉塔，不能读取像素。请传入特征，或连同视觉塔一起加载。</translation>
    </message>
    <message>
        <source>{folder}: the adapter does not fit this model. Layers that the model does not have: {lost}. Of another size: {wrong}. Choose the model it was made on.</source>
        <translation>{folder}：此适配器与该模型不符。模型没有的层：{lost}。大小不同的层：{wrong}。请选择它所基于的模型。</translation>
    </message>
    <message>
        <source>The merged model does not answer as the model with its adapter: {same} of {answers} answers are the same, {agreeing} of {tokens} tokens, and the logits are alike to {closeness:.4f} where {wanted} is due. It lies in {target} to be looked at; do not use it. Merge again from files that are whole, or quantise with samples (--data).</source>
        <translation>合并后的模型与带适配器的模型回答不一致：{answers} 个回答中 {same} 个相同，{tokens} 个 token 中 {agreeing} 个相同，logits 的相似度为 {closeness:.4f}，应达到 {wanted}。它放在 {target} 供查看；请勿使用。请用完整的文件重新合并，或用样本（--data）量化。</translation>
    </message>
    <message>
        <source>{path}: cannot be read ({reason}).</source>
        <translation>{path}：无法读取（{reason}）。</translation>
    </message>
    <message>
        <source>{path}: the folder is not there any more. Bring it back (a disk that is not plugged in?), or take it off the list.</source>
        <translation>{path}：文件夹已不存在。请把它放回原处（磁盘没有插上？），或将它移出列表。</translation>
    </message>
    <message>
        <source>{path}: the download is not finished. Resume it, or delete the folder.</source>
        <translation>{path}：下载尚未完成。请继续下载，或删除文件夹。</translation>
    </message>
    <message>
        <source>{path}: {count} of its files are missing: {names}. Mend it, or delete it.</source>
        <translation>{path}：缺少 {count} 个文件：{names}。请修复或删除。</translation>
    </message>
    <message>
        <source>{path}: {count} of its files were changed or cut off: {names}. Mend it, or delete it.</source>
        <translation>{path}：有 {count} 个文件被更改或不完整：{names}。请修复或删除。</translation>
    </message>
    <message>
        <source>{path}: the list of its weights cannot be read. Download the model again.</source>
        <translation>{path}：无法读取权重列表。请重新下载模型。</translation>
    </message>
    <message>
        <source>{path}: {count} of its weight files are missing: {names}. Copy them here, or download the model again.</source>
        <translation>{path}：缺少 {count} 个权重文件：{names}。请复制到这里，或重新下载模型。</translation>
    </message>
    <message>
        <source>{path}: only a pointer of Git LFS, not the weights. Run git lfs pull in the folder, or download the model again.</source>
        <translation>{path}：只是 Git LFS 的指针，不是权重。请在该文件夹里运行 git lfs pull，或重新下载模型。</translation>
    </message>
    <message>
        <source>{path}: the weights are cut off or damaged. Copy or download this file again.</source>
        <translation>{path}：权重不完整或已损坏。请重新复制或下载这个文件。</translation>
    </message>
    <message>
        <source>{path}: its vocabulary is missing (qwen.tiktoken or tokenizer.json). Copy it here, or download the model again.</source>
        <translation>{path}：缺少词表（qwen.tiktoken 或 tokenizer.json）。请复制到这里，或重新下载模型。</translation>
    </message>
    <message>
        <source>{name}: this download is in the list already.</source>
        <translation>{name}：已在下载列表中。</translation>
    </message>
    <message>
        <source>{path}: the list of downloads cannot be written ({reason}).</source>
        <translation>{path}：无法写入下载列表（{reason}）。</translation>
    </message>
    <message>
        <source>The download&apos;s process ended by itself. {path} has its last words.</source>
        <translation>下载进程自行结束了。{path} 里有它最后的输出。</translation>
    </message>
    <message>
        <source>The hub does not answer. Check the network, or choose another source.</source>
        <translation>模型站没有响应。请检查网络，或换一个来源。</translation>
    </message>
    <message>
        <source>The hub could not be asked: {reason}</source>
        <translation>无法询问模型站：{reason}</translation>
    </message>
    <message>
        <source>{path}: cannot be moved to the trash ({reason}). Delete it in the file manager.</source>
        <translation>{path}：无法移到回收站（{reason}）。请在文件管理器中删除。</translation>
    </message>
    <message>
        <source>{path}: cannot be brought back from the trash ({reason}).</source>
        <translation>{path}：无法从回收站恢复（{reason}）。</translation>
    </message>
    <message>
        <source>{hub} does not accept this key. Make one in your account there, with the right to read.</source>
        <translation>{hub} 不接受这个访问令牌。请在该站点的账号里新建一个有读取权限的令牌。</translation>
    </message>
    <message>
        <source>The server is being stopped.</source>
        <translation>服务正在停止。</translation>
    </message>
    <message>
        <source>The model takes {needed}, and the cards have {free} free together. Close other programs that use them, or choose a smaller precision (nf4).</source>
        <translation>模型需要 {needed}，而显卡共空闲 {free}。请关闭占用显卡的其他程序，或选择更小的精度（nf4）。</translation>
    </message>
    <message>
        <source>{path}: what the model sees in {count} pictures takes {need} for the time of the run, and {free} are free. Make room on this disk, or use fewer pictures.</source>
        <translation>{path}：训练期间，{count} 张图片的视觉特征需要 {need}，而只剩 {free}。请在这块磁盘上腾出空间，或减少图片。</translation>
    </message>
    <message>
        <source>This slim edition holds the window alone. Install the model half (pip install qvl-desktop), then choose its program in the preferences (Program for model work), or name it in QVL_DESKTOP_ENGINE.</source>
        <translation>这个精简版只包含窗口。请安装模型部分（pip install qvl-desktop），然后在偏好设置（模型工作程序）中选择它的程序，或在 QVL_DESKTOP_ENGINE 中指定。</translation>
    </message>
</context>
<context>
    <name>filters</name>
    <message>
        <source>{low} to {high} regions</source>
        <translation>{low} 至 {high} 个区域</translation>
    </message>
    <message>
        <source>{low} or more regions</source>
        <translation>至少 {low} 个区域</translation>
    </message>
    <message>
        <source>up to {high} regions</source>
        <translation>至多 {high} 个区域</translation>
    </message>
    <message>
        <source>width {low} to {high}</source>
        <translation>宽 {low} 至 {high}</translation>
    </message>
    <message>
        <source>width {low} +</source>
        <translation>宽 ≥ {low}</translation>
    </message>
    <message>
        <source>width ≤ {high}</source>
        <translation>宽 ≤ {high}</translation>
    </message>
    <message>
        <source>height {low} to {high}</source>
        <translation>高 {low} 至 {high}</translation>
    </message>
    <message>
        <source>height {low} +</source>
        <translation>高 ≥ {low}</translation>
    </message>
    <message>
        <source>height ≤ {high}</source>
        <translation>高 ≤ {high}</translation>
    </message>
    <message>
        <source>in {folder}</source>
        <translation>位于 {folder}</translation>
    </message>
    <message>
        <source>with “{ref}”</source>
        <translation>含“{ref}”</translation>
    </message>
    <message>
        <source>no ref</source>
        <translation>没有指代</translation>
    </message>
    <message>
        <source>without “{ref}”</source>
        <translation>不含“{ref}”</translation>
    </message>
    <message>
        <source>says “{text}”</source>
        <translation>对话含“{text}”</translation>
    </message>
    <message>
        <source>in conversations</source>
        <translation>有对话</translation>
    </message>
    <message>
        <source>no conversation</source>
        <translation>无对话</translation>
    </message>
    <message>
        <source>file missing</source>
        <translation>文件缺失</translation>
    </message>
    <message>
        <source>file there</source>
        <translation>文件存在</translation>
    </message>
    <message>
        <source>no regions</source>
        <translation>没有区域</translation>
    </message>
</context>
<context>
    <name>forecast</name>
    <message>
        <source>model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>visual tower</source>
        <translation>视觉塔</translation>
    </message>
    <message>
        <source>adapter</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>gradients and optimiser</source>
        <translation>梯度与优化器</translation>
    </message>
    <message>
        <source>activations</source>
        <translation>激活值</translation>
    </message>
    <message>
        <source>logits</source>
        <translation>logits</translation>
    </message>
    <message>
        <source>pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>reading the pictures</source>
        <translation>读取图片</translation>
    </message>
    <message>
        <source>the program</source>
        <translation>程序本身</translation>
    </message>
    <message>
        <source>{times}x slower</source>
        <translation>慢 {times} 倍</translation>
    </message>
    <message>
        <source>about as fast</source>
        <translation>速度相近</translation>
    </message>
    <message>
        <source>no {setting}</source>
        <translation>关闭{setting}</translation>
    </message>
</context>
<context>
    <name>formats</name>
    <message>
        <source>the line is no JSON ({reason}).</source>
        <translation>这一行不是 JSON（{reason}）。</translation>
    </message>
    <message>
        <source>the record is no object.</source>
        <translation>这条记录不是对象。</translation>
    </message>
    <message>
        <source>a picture stands inside the record, not in a file. Save it as a file and name that.</source>
        <translation>图片在记录之内，而不在文件中。请存为文件并写明文件名。</translation>
    </message>
    <message>
        <source>“conversations” is missing or empty.</source>
        <translation>“conversations”缺失或为空。</translation>
    </message>
    <message>
        <source>turn {turn} has no text in “value”.</source>
        <translation>第 {turn} 轮的“value”中没有文字。</translation>
    </message>
    <message>
        <source>it is about a video or a sound ({what}); only pictures can be read.</source>
        <translation>它涉及视频或声音（{what}）；只能读取图片。</translation>
    </message>
    <message>
        <source>turn {turn} is no object.</source>
        <translation>第 {turn} 轮不是对象。</translation>
    </message>
    <message>
        <source>turn {turn} is from “{role}”; it must be user, assistant or system.</source>
        <translation>第 {turn} 轮来自“{role}”；应为 user、assistant 或 system。</translation>
    </message>
    <message>
        <source>turn {turn} has no text in “{key}”.</source>
        <translation>第 {turn} 轮的“{key}”中没有文本。</translation>
    </message>
    <message>
        <source>turn {turn} holds a part that is neither text nor a picture.</source>
        <translation>第 {turn} 轮含有既非文本也非图片的部分。</translation>
    </message>
    <message>
        <source>pictures are named in the messages and beside them; keep one of the two.</source>
        <translation>消息之内和之外都写了图片；请保留其一。</translation>
    </message>
    <message>
        <source>a picture has no path.</source>
        <translation>有图片没有路径。</translation>
    </message>
    <message>
        <source>a picture&apos;s path holds &lt;img&gt; or &lt;/img&gt;; rename the file.</source>
        <translation>图片路径含有 &lt;img&gt; 或 &lt;/img&gt;；请重命名文件。</translation>
    </message>
    <message>
        <source>the picture {url} is an address. Download it first and name the file; nothing is fetched from the network.</source>
        <translation>图片 {url} 是网址。请先下载再写文件名；程序不会从网络获取任何内容。</translation>
    </message>
    <message>
        <source>Qwen-VL JSON</source>
        <translation>Qwen-VL JSON</translation>
    </message>
    <message>
        <source>COCO</source>
        <translation>COCO</translation>
    </message>
    <message>
        <source>annotations without a box: {count}. They make no region, but go into the next COCO export.</source>
        <translation>没有框的标注：{count}。它们不会成为区域，但会写入下一次 COCO 导出。</translation>
    </message>
    <message>
        <source>annotations with the id of another one: {count}. They get new ids in the next COCO export.</source>
        <translation>编号与其他标注重复的标注：{count}。下一次 COCO 导出时会得到新编号。</translation>
    </message>
    <message>
        <source>a category needs an “id” and a “name”.</source>
        <translation>类别需要“id”和“name”。</translation>
    </message>
    <message>
        <source>the id {id} is there already; the first counts.</source>
        <translation>编号 {id} 已经存在，以第一个为准。</translation>
    </message>
    <message>
        <source>an image needs an “id”, a number or a text.</source>
        <translation>图片需要“id”，可以是数字或文本。</translation>
    </message>
    <message>
        <source>an image needs a “file_name”.</source>
        <translation>图片需要“file_name”。</translation>
    </message>
    <message>
        <source>the annotation is no object.</source>
        <translation>该标注不是对象。</translation>
    </message>
    <message>
        <source>there is no image with the id {id}.</source>
        <translation>没有编号为 {id} 的图片。</translation>
    </message>
    <message>
        <source>there is no category with the id {id}.</source>
        <translation>没有编号为 {id} 的类别。</translation>
    </message>
    <message>
        <source>“bbox” is {bbox}; it must be x, y, width and height, both sides above 0.</source>
        <translation>“bbox”是 {bbox}；应为 x、y、宽、高，且宽和高大于 0。</translation>
    </message>
    <message>
        <source>Boxes between &lt;|box_start|&gt; tags ({count}): Qwen2-VL.</source>
        <translation>&lt;|box_start|&gt; 标记之间的框（{count}）：Qwen2-VL。</translation>
    </message>
    <message>
        <source>Boxes between &lt;box&gt; tags ({count}): Qwen-VL.</source>
        <translation>&lt;box&gt; 标记之间的框（{count}）：Qwen-VL。</translation>
    </message>
    <message>
        <source>Boxes in pixels, beside the text ({count}).</source>
        <translation>文本之外以像素表示的框（{count}）。</translation>
    </message>
    <message>
        <source>No boxes in the text.</source>
        <translation>文本中没有框。</translation>
    </message>
    <message>
        <source>bbox_2d ({count}) that fit pixels of the resized pictures and not thousandths: Qwen2.5-VL.</source>
        <translation>bbox_2d（{count}）符合缩放后图片的像素而非千分之一：Qwen2.5-VL。</translation>
    </message>
    <message>
        <source>bbox_2d ({count}) that fit thousandths and not pixels of the resized pictures: Qwen3-VL or later.</source>
        <translation>bbox_2d（{count}）符合千分之一而非缩放后图片的像素：Qwen3-VL 或更新。</translation>
    </message>
    <message>
        <source>bbox_2d ({count}) that could be pixels (Qwen2.5-VL) as well as thousandths (Qwen3-VL). Say which.</source>
        <translation>bbox_2d（{count}）可能是像素（Qwen2.5-VL），也可能是千分之一（Qwen3-VL）。请指明。</translation>
    </message>
    <message>
        <source>As chosen.</source>
        <translation>按所选。</translation>
    </message>
    <message>
        <source>{reason}</source>
        <translation>{reason}</translation>
    </message>
    <message>
        <source>{source}, turn {turn}: {message}</source>
        <translation>{source}，第 {turn} 轮：{message}</translation>
    </message>
    <message>
        <source>its history is no list of questions with their answers.</source>
        <translation>它的 history 不是问答列表。</translation>
    </message>
    <message>
        <source>“{key}” is missing or empty.</source>
        <translation>“{key}”缺失或为空。</translation>
    </message>
    <message>
        <source>bbox_type is “{kind}”; it must be real or norm1.</source>
        <translation>bbox_type 为“{kind}”；应为 real 或 norm1。</translation>
    </message>
    <message>
        <source>box {number} stands before any picture.</source>
        <translation>第 {number} 个框出现在所有图片之前。</translation>
    </message>
    <message>
        <source>box {number} is of picture {meant} but stands behind picture {here}; a box belongs to the last picture named before it.</source>
        <translation>第 {number} 个框属于图片 {meant}，却出现在图片 {here} 之后；框属于它之前最后提到的图片。</translation>
    </message>
    <message>
        <source>the text has {places} × {placeholder}, “objects” has {listed}.</source>
        <translation>文本中有 {places} 个 {placeholder}，“objects”中有 {listed} 个。</translation>
    </message>
    <message>
        <source>box {number} is not 2, 4 or 8 numbers: {value}.</source>
        <translation>第 {number} 个框不是 2、4 或 8 个数：{value}。</translation>
    </message>
    <message>
        <source>its words hold {placeholder}, which this format takes for a box or a phrase. Reword them.</source>
        <translation>文字中含有 {placeholder}，此格式会当作框或短语。请改写。</translation>
    </message>
    <message>
        <source>ms-swift JSON lines</source>
        <translation>ms-swift JSON 行</translation>
    </message>
    <message>
        <source>the text has {places} placeholders &lt;image&gt;, the record {pictures} pictures.</source>
        <translation>文本中有 {places} 个 &lt;image&gt; 占位符，记录中有 {pictures} 张图片。</translation>
    </message>
    <message>
        <source>its words hold &lt;image&gt;, which this format takes for a picture. Write them otherwise.</source>
        <translation>文字中含有 &lt;image&gt;，此格式会当作图片。请换一种写法。</translation>
    </message>
    <message>
        <source>its bbox is not four numbers: {value}.</source>
        <translation>它的 bbox 不是四个数：{value}。</translation>
    </message>
    <message>
        <source>the second corner of its bbox lies before the first. If the file means x, y, width, height, choose the format refcoco-xywh.</source>
        <translation>bbox 的第二个角在第一个角之前。如果文件用的是 x、y、宽、高，请选择 refcoco-xywh 格式。</translation>
    </message>
    <message>
        <source>its phrase holds tags such as &lt;ref&gt; or &lt;box&gt;.</source>
        <translation>短语中含有 &lt;ref&gt; 或 &lt;box&gt; 等标记。</translation>
    </message>
    <message>
        <source>it is about a picture of {width} x {height} pixels, but the file has {real_width} x {real_height}.</source>
        <translation>它描述的图片为 {width} x {height} 像素，但文件为 {real_width} x {real_height}。</translation>
    </message>
    <message>
        <source>RefCOCO-style JSON lines</source>
        <translation>RefCOCO 风格 JSON 行</translation>
    </message>
    <message>
        <source>RefCOCO-style JSON lines, boxes as x, y, width, height</source>
        <translation>RefCOCO 风格 JSON 行，框为 x、y、宽、高</translation>
    </message>
    <message>
        <source>its file is not on this machine; nothing is fetched from the network.</source>
        <translation>它的文件不在本机；不会从网络获取任何内容。</translation>
    </message>
    <message>
        <source>“{key}” is missing or no text.</source>
        <translation>“{key}”缺失或不是文本。</translation>
    </message>
    <message>
        <source>ShareGPT (LLaMA-Factory)</source>
        <translation>ShareGPT（LLaMA-Factory）</translation>
    </message>
    <message>
        <source>there is no “{entry}”, where it says the pictures of {split} are.</source>
        <translation>找不到“{entry}”，其中应有 {split} 的图片。</translation>
    </message>
    <message>
        <source>the labels cannot be read ({reason}).</source>
        <translation>无法读取标签（{reason}）。</translation>
    </message>
    <message>
        <source>class {number} has no name.</source>
        <translation>类别 {number} 没有名称。</translation>
    </message>
    <message>
        <source>it says nc: {count}, but names {names} classes; the names count.</source>
        <translation>写明 nc: {count}，但列出了 {names} 个类别；以名称为准。</translation>
    </message>
    <message>
        <source>no names of classes were found (data.yaml, classes.txt): numbers are taken.</source>
        <translation>没有找到类别名称（data.yaml、classes.txt）：使用编号。</translation>
    </message>
    <message>
        <source>YOLO</source>
        <translation>YOLO</translation>
    </message>
    <message>
        <source>“{row}”: the numbers are no shares of the picture (0 to 1). Are they pixels?</source>
        <translation>“{row}”：这些数不是相对图片的比例（0 到 1）。是像素吗？</translation>
    </message>
    <message>
        <source>“{row}”: a class and four numbers are expected, or a class and corners.</source>
        <translation>“{row}”：应为类别和四个数，或类别和各个角点。</translation>
    </message>
    <message>
        <source>“{row}” is no row of numbers.</source>
        <translation>“{row}”不是一行数字。</translation>
    </message>
    <message>
        <source>“{row}”: a class is a whole number from 0.</source>
        <translation>“{row}”：类别应为从 0 开始的整数。</translation>
    </message>
    <message>
        <source>the box has no area: width and height must be above 0.</source>
        <translation>框没有面积：宽和高必须大于 0。</translation>
    </message>
    <message>
        <source>no picture is in the split val, which trainers ask for: “val” names the pictures of train.</source>
        <translation>没有图片属于训练程序需要的 val 划分：“val”指向 train 的图片。</translation>
    </message>
    <message>
        <source>points left out: {count}. YOLO has no row for them.</source>
        <translation>略去的点：{count}。YOLO 没有表示点的行。</translation>
    </message>
    <message>
        <source>pictures not where the yaml says: {count}. Write with copies (--copy-images), or put them there yourself.</source>
        <translation>不在 yaml 所写位置的图片：{count}。请同时复制图片（--copy-images），或自行放到那里。</translation>
    </message>
    <message>
        <source>“{name}” holds a number that is none (NaN); it is left out.</source>
        <translation>“{name}”含有无效的数（NaN），已略去。</translation>
    </message>
    <message>
        <source>“{name}” differs from what an earlier import brought; that stays.</source>
        <translation>“{name}”与之前导入的内容不同；保留之前的。</translation>
    </message>
    <message>
        <source>the file says {width}×{height}, but the picture {path} has {real_width}×{real_height}. It was changed since, or it is another one; its regions would stand in wrong places.</source>
        <translation>文件写明 {width}×{height}，但图片 {path} 是 {real_width}×{real_height}。图片后来被改动过，或者不是同一张；它的区域会落在错误的位置。</translation>
    </message>
    <message>
        <source>its own keys hold a number that is none (NaN); they are left out.</source>
        <translation>它自己的键含有无效的数（NaN），已略去。</translation>
    </message>
    <message>
        <source>the picture {path} was not found. Name the folder it is in (--images on the command line).</source>
        <translation>找不到图片 {path}。请指明它所在的文件夹（命令行用 --images）。</translation>
    </message>
    <message>
        <source>the picture {path} is an address. Download it first and name the file; nothing is fetched.</source>
        <translation>图片 {path} 是网址。请先下载并写明文件；程序不会联网获取。</translation>
    </message>
    <message>
        <source>nothing of it lies inside its picture.</source>
        <translation>它完全在图片之外。</translation>
    </message>
    <message>
        <source>it holds a number that is none (NaN or infinite).</source>
        <translation>它含有无效的数（NaN 或无穷大）。</translation>
    </message>
    <message>
        <source>regions that stand there more than once (same picture, ref and place): {count}.</source>
        <translation>重复出现的区域（图片、指代、位置都相同）：{count}。</translation>
    </message>
    <message>
        <source>regions left out with their pictures: {count}.</source>
        <translation>随图片一起略去的区域：{count}。</translation>
    </message>
    <message>
        <source>pictures not where the file says, found by their file name alone: {count}.</source>
        <translation>不在文件所写位置、仅凭文件名找到的图片：{count}。</translation>
    </message>
    <message>
        <source>shapes without a counterpart here (circles, lines, masks): {count}. They go into the next LabelMe export.</source>
        <translation>这里没有对应类型的形状（圆、线、掩码）：{count}。它们会写入下一次 LabelMe 导出。</translation>
    </message>
    <message>
        <source>polygons that became the boxes around them: {count}. While a box stays, its polygon goes out again.</source>
        <translation>变成外接框的多边形：{count}。框不变时，导出仍是原来的多边形。</translation>
    </message>
    <message>
        <source>this is no LabelMe file, it has no “shapes”.</source>
        <translation>这不是 LabelMe 文件，没有“shapes”。</translation>
    </message>
    <message>
        <source>a shape needs a “label”.</source>
        <translation>形状需要“label”。</translation>
    </message>
    <message>
        <source>pictures not found, and not copied: {count}.</source>
        <translation>找不到、因而没有复制的图片：{count}。</translation>
    </message>
    <message>
        <source>LabelMe</source>
        <translation>LabelMe</translation>
    </message>
    <message>
        <source>a “{kind}” of {count} points is not known.</source>
        <translation>不认识由 {count} 个点组成的“{kind}”。</translation>
    </message>
    <message>
        <source>it has no “points”.</source>
        <translation>它没有“points”。</translation>
    </message>
    <message>
        <source>“points” must be pairs of numbers.</source>
        <translation>“points”必须是成对的数。</translation>
    </message>
    <message>
        <source>this is no VOC annotation, but &lt;{tag}&gt;.</source>
        <translation>这不是 VOC 标注，而是 &lt;{tag}&gt;。</translation>
    </message>
    <message>
        <source>Pascal VOC</source>
        <translation>Pascal VOC</translation>
    </message>
    <message>
        <source>there is no “bndbox”.</source>
        <translation>没有“bndbox”。</translation>
    </message>
    <message>
        <source>“{side}” is “{text}”, no number.</source>
        <translation>“{side}”是“{text}”，不是数字。</translation>
    </message>
    <message>
        <source>its last pixel comes before its first.</source>
        <translation>最后一个像素在第一个像素之前。</translation>
    </message>
    <message>
        <source>points left out: {count}. VOC has boxes only.</source>
        <translation>略去的点：{count}。VOC 只有框。</translation>
    </message>
    <message>
        <source>quads written as the boxes around them: {count}. VOC has no other shape.</source>
        <translation>写成外接框的四边形：{count}。VOC 没有其他形状。</translation>
    </message>
    <message>
        <source>pictures not in JPEGImages: {count}. Write with copies (--copy-images), or put them there yourself.</source>
        <translation>不在 JPEGImages 中的图片：{count}。请同时复制图片（--copy-images），或自行放到那里。</translation>
    </message>
    <message>
        <source>{source}: {message}</source>
        <translation>{source}：{message}</translation>
    </message>
</context>
<context>
    <name>gallery</name>
    <message>
        <source>Open in Annotate</source>
        <translation>在标注页打开</translation>
    </message>
    <message>
        <source>Search pictures</source>
        <translation>搜索图片</translation>
    </message>
    <message>
        <source>All filters</source>
        <translation>全部筛选条件</translation>
    </message>
    <message>
        <source>Next untouched picture</source>
        <translation>下一张未处理的图片</translation>
    </message>
    <message>
        <source>Previous untouched picture</source>
        <translation>上一张未处理的图片</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>跳过</translation>
    </message>
    <message>
        <source>Unmark</source>
        <translation>取消标记</translation>
    </message>
    <message>
        <source>Remove from the project</source>
        <translation>从项目中移除</translation>
    </message>
    <message>
        <source>Larger thumbnails</source>
        <translation>放大缩略图</translation>
    </message>
    <message>
        <source>Smaller thumbnails</source>
        <translation>缩小缩略图</translation>
    </message>
    <message>
        <source>Boxes on the thumbnails</source>
        <translation>在缩略图上显示框</translation>
    </message>
</context>
<context>
    <name>groups</name>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Drawing</source>
        <translation>绘制</translation>
    </message>
    <message>
        <source>Regions</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Copies</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>On the canvas</source>
        <translation>画布</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Turns</source>
        <translation>对话轮</translation>
    </message>
    <message>
        <source>Phrases and boxes</source>
        <translation>短语与框</translation>
    </message>
    <message>
        <source>Boxes beside the turns</source>
        <translation>对话旁的框</translation>
    </message>
    <message>
        <source>Pictures of the conversation</source>
        <translation>对话中的图片</translation>
    </message>
    <message>
        <source>Pictures page</source>
        <translation>图片页</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>聊天</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>The question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Boxes of an answer</source>
        <translation>回答的框</translation>
    </message>
    <message>
        <source>The list of chats</source>
        <translation>聊天列表</translation>
    </message>
    <message>
        <source>Suggested boxes</source>
        <translation>建议的框</translation>
    </message>
    <message>
        <source>Drafts</source>
        <translation>草稿</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>比较</translation>
    </message>
</context>
<context>
    <name>health</name>
    <message>
        <source>Conversation {number}</source>
        <translation>对话 {number}</translation>
    </message>
    <message>
        <source>, turn {number}</source>
        <translation>，第 {number} 轮</translation>
    </message>
</context>
<context>
    <name>help</name>
    <message>
        <source>Settings that fit a card of this size; what you change afterwards stays yours.</source>
        <translation>适合这种大小显卡的一组设置；之后您改动的会保留。</translation>
    </message>
    <message>
        <source>How long and how carefully to learn; it goes together with the choice of the card.</source>
        <translation>学多久、多仔细；与显卡的选择配合使用。</translation>
    </message>
    <message>
        <source>How many machines carry out the run together; each starts the same line.</source>
        <translation>有多少台机器共同完成训练；每台运行同一条命令。</translation>
    </message>
    <message>
        <source>Which tokens are learnt from: the answers alone, or also the markers of turns.</source>
        <translation>学习哪些 token：只学回答，还是也学轮次的标记。</translation>
    </message>
    <message>
        <source>Of which split samples are shown; training learns from the training split.</source>
        <translation>显示哪个划分的样本；训练使用训练划分。</translation>
    </message>
    <message>
        <source>Whose words the samples are cut into; each family has a vocabulary of its own.</source>
        <translation>样本按哪个模型的词表切分；每个系列有自己的词表。</translation>
    </message>
    <message>
        <source>Draws the mean of neighbouring steps, so that a trend shows behind the noise.</source>
        <translation>画出相邻各步的平均值，让趋势从噪声中显现。</translation>
    </message>
    <message>
        <source>Who answers: a model of this machine, or another server.</source>
        <translation>由谁回答：本机的模型，或另一台服务器。</translation>
    </message>
    <message>
        <source>What a training run has made of the model; none asks the model as it came.</source>
        <translation>训练把模型变成的样子；不选则询问原来的模型。</translation>
    </message>
    <message>
        <source>What the model is told before this chat begins; new chats begin with the same words.</source>
        <translation>这次聊天开始之前告诉模型的话；新聊天以同样的话开始。</translation>
    </message>
    <message>
        <source>0 takes the likeliest word each time, which is best for boxes; higher is freer.</source>
        <translation>0 表示每次取最可能的词，最适合画框；越高越自由。</translation>
    </message>
    <message>
        <source>Only the likeliest words that make up this share are drawn from; 1 leaves none out.</source>
        <translation>只从合计达到这一份额的最可能的词中抽取；1 表示不略去任何词。</translation>
    </message>
    <message>
        <source>Where an answer is cut off, in tokens: a word has one or two, a box about twelve.</source>
        <translation>回答在多少 token 处截断：一个词占一两个，一个框约十二个。</translation>
    </message>
    <message>
        <source>The same number draws the same answer again; empty draws another one each time.</source>
        <translation>相同的数字得到相同的回答；留空则每次不同。</translation>
    </message>
    <message>
        <source>Whether the model of this page leaves memory to a run that begins.</source>
        <translation>训练开始时，本页的模型是否让出内存。</translation>
    </message>
    <message>
        <source>A server that is kept, to look at or change, or a new one.</source>
        <translation>已保存的一台服务器，可查看或更改，也可新建。</translation>
    </message>
    <message>
        <source>Where the server listens, with http:// or https://, often ending in /v1.</source>
        <translation>服务器的地址，以 http:// 或 https:// 开头，多以 /v1 结尾。</translation>
    </message>
    <message>
        <source>What the server asks for to let you in; kept in your settings, never in a project.</source>
        <translation>服务器要求的密钥；保存在您的设置里，绝不放进项目。</translation>
    </message>
    <message>
        <source>Which of the server&apos;s models answers; the server can be asked for their names.</source>
        <translation>由服务器的哪个模型回答；可以向服务器询问模型名称。</translation>
    </message>
    <message>
        <source>How that model writes boxes; the wrong family puts them in the wrong places.</source>
        <translation>那个模型怎样写框；选错系列，框的位置就不对。</translation>
    </message>
    <message>
        <source>The file or folder to read; nothing is written before you have seen what was found.</source>
        <translation>要读取的文件或文件夹；您看到其中内容之前不会写入任何东西。</translation>
    </message>
    <message>
        <source>What the data is; it is found by content, and said here only where two would fit.</source>
        <translation>数据的格式；按内容识别，只有两种都说得通时才需要指定。</translation>
    </message>
    <message>
        <source>How boxes stand in the text; the wrong choice puts them in the wrong places.</source>
        <translation>框在文本里怎样写；选错了，框的位置就不对。</translation>
    </message>
    <message>
        <source>The folder that picture paths count from, where the data does not lie beside them.</source>
        <translation>图片路径的起点文件夹，用于数据不在图片旁边的情况。</translation>
    </message>
    <message>
        <source>Where pictures go of which the data does not say whether they are held back.</source>
        <translation>数据没有说明是否留出的图片放到哪个划分。</translation>
    </message>
    <message>
        <source>For whom the file is: the format that the other program reads.</source>
        <translation>文件给谁用：另一个程序能读的格式。</translation>
    </message>
    <message>
        <source>How boxes are written in the text: as the family of the model that will learn does.</source>
        <translation>文本中的框怎样写：按将要学习的模型的系列。</translation>
    </message>
    <message>
        <source>Whether all pictures go out, those marked done, or those of the filter.</source>
        <translation>导出所有图片、标为已完成的，还是筛选出的。</translation>
    </message>
    <message>
        <source>Only pictures of this split go out; training and validation are often two files.</source>
        <translation>只导出这个划分的图片；训练和验证往往是两个文件。</translation>
    </message>
    <message>
        <source>Puts the picture files beside the data, so that the folder can go elsewhere.</source>
        <translation>把图片文件放在数据旁边，整个文件夹可以直接拿走。</translation>
    </message>
    <message>
        <source>The file or folder that is written; what is there is replaced only by a whole one.</source>
        <translation>要写出的文件或文件夹；已有的只会被完整的新文件替换。</translation>
    </message>
    <message>
        <source>Who offers the model and what it is called there, as in Qwen/Qwen2.5-VL-7B-Instruct.</source>
        <translation>由谁提供、在那里叫什么名字，例如 Qwen/Qwen2.5-VL-7B-Instruct。</translation>
    </message>
    <message>
        <source>The hub it comes from; ModelScope is the nearer one in China.</source>
        <translation>从哪个站点下载；在中国 ModelScope 更近。</translation>
    </message>
    <message>
        <source>Another address that offers the same as the hub, for networks that do not reach it.</source>
        <translation>提供同样内容的另一个地址，用于连不上该站点的网络。</translation>
    </message>
    <message>
        <source>Which version to fetch; empty takes the newest and remembers which that was.</source>
        <translation>下载哪个版本；留空取最新的，并记住是哪一个。</translation>
    </message>
    <message>
        <source>Where models are kept; the whole model must fit there.</source>
        <translation>模型保存的位置；整个模型必须放得下。</translation>
    </message>
    <message>
        <source>An older format that can carry code; it is read as plain numbers, code is refused.</source>
        <translation>可能带有代码的旧格式；只按纯数字读取，含有代码会被拒绝。</translation>
    </message>
    <message>
        <source>From your account at the hub, for models that are private or have terms to accept.</source>
        <translation>来自您在该站点的账号，用于私有的或需同意条款的模型。</translation>
    </message>
    <message>
        <source>How far pictures are: untouched, begun, done or skipped; several may be chosen.</source>
        <translation>图片做到哪一步：未动、进行中、完成或跳过；可选多个。</translation>
    </message>
    <message>
        <source>Pictures for training, for validation, for the test, or without a split.</source>
        <translation>用于训练、验证、测试的图片，或没有划分的图片。</translation>
    </message>
    <message>
        <source>Pictures with a region of this ref; several refs can be added one after the other.</source>
        <translation>含有这个指代的区域的图片；可以先后添加多个指代。</translation>
    </message>
    <message>
        <source>A picture must have every one of these refs; otherwise one of them is enough.</source>
        <translation>图片必须含有全部这些指代；否则含有一个即可。</translation>
    </message>
    <message>
        <source>Pictures that have no region of this ref.</source>
        <translation>不含这个指代的区域的图片。</translation>
    </message>
    <message>
        <source>Pictures whose conversations hold these words, in a question or an answer.</source>
        <translation>对话的问题或回答里有这些文字的图片。</translation>
    </message>
    <message>
        <source>How many regions a picture has; an empty field sets no limit.</source>
        <translation>图片有多少个区域；留空表示不限。</translation>
    </message>
    <message>
        <source>How large the upright picture is, in pixels; an empty field sets no limit.</source>
        <translation>摆正后的图片有多大，以像素计；留空表示不限。</translation>
    </message>
    <message>
        <source>Whether a picture has conversations to learn from.</source>
        <translation>图片是否有可供学习的对话。</translation>
    </message>
    <message>
        <source>Whether the picture&apos;s file is still where the project says.</source>
        <translation>图片文件是否还在项目所说的位置。</translation>
    </message>
    <message>
        <source>A filter that you kept under a name, to put in force again.</source>
        <translation>您以名称保留的筛选，可以再次使用。</translation>
    </message>
    <message>
        <source>Keeps what is chosen above under this name, in the project.</source>
        <translation>把上面的选择以这个名称保留在项目里。</translation>
    </message>
    <message>
        <source>Leaves out of the list what has been worked on already.</source>
        <translation>从列表中略去已经做过的。</translation>
    </message>
    <message>
        <source>Shows findings that you decided to keep as they are, to think again.</source>
        <translation>显示您决定保持原样的发现，以便重新考虑。</translation>
    </message>
    <message>
        <source>Trusts names and sizes and does not read the files: faster, and less certain.</source>
        <translation>只信名称和大小，不读文件内容：更快，但没那么可靠。</translation>
    </message>
    <message>
        <source>Counts only pictures of this split.</source>
        <translation>只统计这个划分的图片。</translation>
    </message>
    <message>
        <source>Counts only pictures that pass the filter of the Pictures page.</source>
        <translation>只统计通过“图片”页筛选的图片。</translation>
    </message>
    <message>
        <source>From which length on a conversation counts as too long, in tokens.</source>
        <translation>对话达到多少 token 就算太长。</translation>
    </message>
    <message>
        <source>How pictures are divided: by chance, with each ref in its share, or by whole folders.</source>
        <translation>怎样划分图片：随机、按指代比例，或按整个文件夹。</translation>
    </message>
    <message>
        <source>How much of the pictures this split gets; what is held back is never learnt from.</source>
        <translation>这个划分得到多少图片；留出的图片绝不参与学习。</translation>
    </message>
    <message>
        <source>The same number gives the same division again.</source>
        <translation>相同的数字得到相同的划分。</translation>
    </message>
    <message>
        <source>Pictures that look alike go into one split, or the test would ask what was learnt.</source>
        <translation>相似的图片放进同一个划分，否则测试问的就是学过的内容。</translation>
    </message>
    <message>
        <source>Divides only pictures that pass the filter; the others keep their splits.</source>
        <translation>只划分通过筛选的图片；其余的保留原来的划分。</translation>
    </message>
    <message>
        <source>The language of the questions and answers that are made.</source>
        <translation>生成的问题和回答所用的语言。</translation>
    </message>
    <message>
        <source>For which pictures conversations are made: this one, those of the list, or all.</source>
        <translation>为哪些图片生成对话：这一张、列表中的，还是全部。</translation>
    </message>
    <message>
        <source>Makes conversations only for pictures of this split.</source>
        <translation>只为这个划分的图片生成对话。</translation>
    </message>
    <message>
        <source>Makes conversations only for pictures that have a region of this ref.</source>
        <translation>只为含有这个指代的区域的图片生成对话。</translation>
    </message>
    <message>
        <source>The same number gives the same questions, wordings and absent things again.</source>
        <translation>相同的数字得到相同的问题、措辞和不存在的东西。</translation>
    </message>
    <message>
        <source>Takes the place of what these kinds made before; what you edited by hand stays.</source>
        <translation>取代这些种类先前生成的对话；您手动修改过的会保留。</translation>
    </message>
    <message>
        <source>What the questions are about and what is answered.</source>
        <translation>问什么、答什么。</translation>
    </message>
    <message>
        <source>What your own template is called in the list.</source>
        <translation>您自己的模板在列表里的名称。</translation>
    </message>
    <message>
        <source>About how many things that are not on a picture it is asked.</source>
        <translation>就多少个图片上没有的东西提问。</translation>
    </message>
    <message>
        <source>One wording a line; one of them is drawn for each question.</source>
        <translation>一行一种措辞；每个问题从中抽取一种。</translation>
    </message>
    <message>
        <source>What the model is asked for: boxes, a comparison with your boxes, or answers as drafts.</source>
        <translation>要模型做什么：画框、与您的框比较，或起草回答。</translation>
    </message>
    <message>
        <source>A model of this machine, or another server: pictures are sent there.</source>
        <translation>本机的模型，或另一台服务器：图片会发送过去。</translation>
    </message>
    <message>
        <source>The model that is asked; it is loaded when the job begins.</source>
        <translation>要询问的模型；任务开始时载入。</translation>
    </message>
    <message>
        <source>What to look for, with commas between; each is a question of its own.</source>
        <translation>要找什么，用逗号分开；每个都是一个单独的问题。</translation>
    </message>
    <message>
        <source>One question a picture for all there is, in the model&apos;s own words for things.</source>
        <translation>每张图片只问一个问题，找出所有东西，名称由模型决定。</translation>
    </message>
    <message>
        <source>What is asked for each picture; {ref} stands for what is looked for.</source>
        <translation>就每张图片提出的问题；{ref} 代表要找的东西。</translation>
    </message>
    <message>
        <source>Where an answer is cut off, in tokens; many boxes need a longer answer.</source>
        <translation>回答在多少 token 处截断；框多时需要更长的回答。</translation>
    </message>
    <message>
        <source>Boxes that overlap yours by less than this count as different (IoU).</source>
        <translation>与您的框重叠程度（IoU）低于此值的框算作不同。</translation>
    </message>
    <message>
        <source>Proposes also what you rejected before; otherwise it stays away.</source>
        <translation>也建议您以前拒绝过的；否则不再出现。</translation>
    </message>
    <message>
        <source>Leaves folders and file names in, which may say more than you want to tell.</source>
        <translation>保留文件夹和文件名，其中可能有您不想透露的内容。</translation>
    </message>
    <message>
        <source>Which lines of the log are shown.</source>
        <translation>显示日志的哪些行。</translation>
    </message>
    <message>
        <source>Takes into the report what a crash left behind, with the place in the program.</source>
        <translation>把崩溃留下的信息放进报告，包括程序中的位置。</translation>
    </message>
</context>
<context>
    <name>history</name>
    <message>
        <source>Copy regions</source>
        <translation>复制区域</translation>
    </message>
    <message>
        <source>Paste regions</source>
        <translation>粘贴区域</translation>
    </message>
    <message>
        <source>Add conversation from chat</source>
        <translation>从聊天添加对话</translation>
    </message>
    <message>
        <source>Reorder pictures</source>
        <translation>调整图片顺序</translation>
    </message>
    <message>
        <source>Take a picture out</source>
        <translation>移除图片</translation>
    </message>
    <message>
        <source>Add pictures to a conversation</source>
        <translation>向对话添加图片</translation>
    </message>
    <message>
        <source>Point at words</source>
        <translation>为文字指出位置</translation>
    </message>
    <message>
        <source>Move regions</source>
        <translation>移动区域</translation>
    </message>
    <message>
        <source>Link to region</source>
        <translation>关联到区域</translation>
    </message>
    <message>
        <source>Add conversation</source>
        <translation>添加对话</translation>
    </message>
    <message>
        <source>Add conversations</source>
        <translation>添加多段对话</translation>
    </message>
    <message>
        <source>Set split</source>
        <translation>设置划分</translation>
    </message>
    <message>
        <source>Delete conversations</source>
        <translation>删除对话</translation>
    </message>
    <message>
        <source>Edit turn</source>
        <translation>编辑一轮</translation>
    </message>
    <message>
        <source>Change role</source>
        <translation>更改角色</translation>
    </message>
    <message>
        <source>Add turn</source>
        <translation>添加一轮</translation>
    </message>
    <message>
        <source>Duplicate turn</source>
        <translation>复制一轮</translation>
    </message>
    <message>
        <source>Move turn</source>
        <translation>移动一轮</translation>
    </message>
    <message>
        <source>Delete turn</source>
        <translation>删除一轮</translation>
    </message>
    <message>
        <source>Duplicate conversation</source>
        <translation>复制对话</translation>
    </message>
    <message>
        <source>Unlink from region</source>
        <translation>取消与区域的关联</translation>
    </message>
    <message>
        <source>Make conversations</source>
        <translation>生成对话</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Add pictures</source>
        <translation>添加图片</translation>
    </message>
    <message>
        <source>Mark pictures</source>
        <translation>标记图片</translation>
    </message>
    <message>
        <source>Split pictures</source>
        <translation>划分图片</translation>
    </message>
    <message>
        <source>Remove pictures</source>
        <translation>移除图片</translation>
    </message>
    <message>
        <source>Add region</source>
        <translation>添加区域</translation>
    </message>
    <message>
        <source>Add regions</source>
        <translation>添加多个区域</translation>
    </message>
    <message>
        <source>Lock regions</source>
        <translation>锁定区域</translation>
    </message>
    <message>
        <source>Unlock regions</source>
        <translation>解锁区域</translation>
    </message>
    <message>
        <source>Remove boxes from answers</source>
        <translation>从回答中移除框</translation>
    </message>
    <message>
        <source>Move region</source>
        <translation>移动区域</translation>
    </message>
    <message>
        <source>Pin labels</source>
        <translation>固定标签</translation>
    </message>
    <message>
        <source>Rename region</source>
        <translation>重命名区域</translation>
    </message>
    <message>
        <source>Rename regions</source>
        <translation>重命名区域</translation>
    </message>
    <message>
        <source>Rename label</source>
        <translation>重命名标签</translation>
    </message>
    <message>
        <source>Delete regions</source>
        <translation>删除区域</translation>
    </message>
    <message>
        <source>Accept changed pictures</source>
        <translation>接受有改动的图片</translation>
    </message>
    <message>
        <source>Keep as it is</source>
        <translation>保持原样</translation>
    </message>
    <message>
        <source>Show findings again</source>
        <translation>重新列出问题</translation>
    </message>
    <message>
        <source>Mend conversations</source>
        <translation>修复对话</translation>
    </message>
    <message>
        <source>Delete conversations said twice</source>
        <translation>删除重复的对话</translation>
    </message>
    <message>
        <source>Mend splits</source>
        <translation>修复划分</translation>
    </message>
    <message>
        <source>Delete regions drawn twice</source>
        <translation>删除重复的区域</translation>
    </message>
    <message>
        <source>Cut regions off at the edge</source>
        <translation>按边缘裁剪区域</translation>
    </message>
    <message>
        <source>Delete tiny regions</source>
        <translation>删除过小的区域</translation>
    </message>
    <message>
        <source>Merge labels</source>
        <translation>合并标签</translation>
    </message>
    <message>
        <source>Remove missing pictures</source>
        <translation>移除缺失的图片</translation>
    </message>
    <message>
        <source>Remove unreadable pictures</source>
        <translation>移除无法读取的图片</translation>
    </message>
    <message>
        <source>Remove copies</source>
        <translation>移除重复的图片</translation>
    </message>
    <message>
        <source>Edit template</source>
        <translation>修改模板</translation>
    </message>
    <message>
        <source>Delete template</source>
        <translation>删除模板</translation>
    </message>
    <message>
        <source>Text of a region</source>
        <translation>区域中的文字</translation>
    </message>
    <message>
        <source>Find moved pictures</source>
        <translation>查找移走的图片</translation>
    </message>
    <message>
        <source>Change draft</source>
        <translation>修改草稿</translation>
    </message>
    <message>
        <source>Accept draft</source>
        <translation>采纳草稿</translation>
    </message>
    <message>
        <source>Accept drafts</source>
        <translation>采纳多个草稿</translation>
    </message>
    <message>
        <source>Reject draft</source>
        <translation>拒绝草稿</translation>
    </message>
    <message>
        <source>Reject drafts</source>
        <translation>拒绝多个草稿</translation>
    </message>
    <message>
        <source>Drop drafts</source>
        <translation>丢弃草稿</translation>
    </message>
    <message>
        <source>Accept suggestion</source>
        <translation>采纳建议</translation>
    </message>
    <message>
        <source>Accept suggestions</source>
        <translation>采纳多条建议</translation>
    </message>
    <message>
        <source>Reject suggestion</source>
        <translation>拒绝建议</translation>
    </message>
    <message>
        <source>Reject suggestions</source>
        <translation>拒绝多条建议</translation>
    </message>
    <message>
        <source>Rename suggestions</source>
        <translation>重命名建议</translation>
    </message>
    <message>
        <source>Drop suggestions</source>
        <translation>丢弃建议</translation>
    </message>
</context>
<context>
    <name>lint</name>
    <message>
        <source>{reason}</source>
        <translation>{reason}</translation>
    </message>
    <message>
        <source>Mend the record or take it out.</source>
        <translation>请修正这条记录，或去掉它。</translation>
    </message>
    <message>
        <source>The conversation has no turns.</source>
        <translation>这段对话没有任何一轮。</translation>
    </message>
    <message>
        <source>Conversations without turns</source>
        <translation>没有任何一轮的对话</translation>
    </message>
    <message>
        <source>Delete it.</source>
        <translation>请删除它。</translation>
    </message>
    <message>
        <source>There is no answer to learn from.</source>
        <translation>没有可供学习的回答。</translation>
    </message>
    <message>
        <source>Conversations without an answer</source>
        <translation>没有回答的对话</translation>
    </message>
    <message>
        <source>Add an assistant turn at the end.</source>
        <translation>请在末尾添加一轮助手发言。</translation>
    </message>
    <message>
        <source>The last turn is not the assistant&apos;s.</source>
        <translation>最后一轮不是助手的。</translation>
    </message>
    <message>
        <source>Last turns without an answer</source>
        <translation>最后一轮没有回答</translation>
    </message>
    <message>
        <source>Add the answer, or delete the turn.</source>
        <translation>请添加回答，或删除这一轮。</translation>
    </message>
    <message>
        <source>The {role} speaks twice in a row, or first.</source>
        <translation>{role} 连续说了两次，或最先发言。</translation>
    </message>
    <message>
        <source>Speakers out of turn</source>
        <translation>发言顺序有误</translation>
    </message>
    <message>
        <source>User and assistant take turns; the user begins.</source>
        <translation>用户和助手轮流发言；由用户开始。</translation>
    </message>
    <message>
        <source>A system turn stands inside.</source>
        <translation>系统轮出现在中间。</translation>
    </message>
    <message>
        <source>System turns inside a conversation</source>
        <translation>对话中间的系统轮</translation>
    </message>
    <message>
        <source>Only the first turn may be one.</source>
        <translation>只有第一轮可以是系统轮。</translation>
    </message>
    <message>
        <source>The turn is empty.</source>
        <translation>这一轮是空的。</translation>
    </message>
    <message>
        <source>Empty questions</source>
        <translation>空的提问</translation>
    </message>
    <message>
        <source>Write its text or delete it.</source>
        <translation>请写上文字，或删除它。</translation>
    </message>
    <message>
        <source>Empty answers</source>
        <translation>空的回答</translation>
    </message>
    <message>
        <source>The answer is empty.</source>
        <translation>回答是空的。</translation>
    </message>
    <message>
        <source>Write it, or delete the question with it.</source>
        <translation>请填写，或连同提问一起删除。</translation>
    </message>
    <message>
        <source>Conversations that are too long</source>
        <translation>过长的对话</translation>
    </message>
    <message>
        <source>The conversation has about {tokens} tokens; {limit} fit. What follows “{before}” would be cut.</source>
        <translation>这段对话约有 {tokens} 个 token；上限为 {limit} 个。“{before}”之后的内容会被截掉。</translation>
    </message>
    <message>
        <source>Split it, shorten it, or raise the limit of the training plan. Training leaves it out.</source>
        <translation>请拆分、缩短，或提高训练计划的上限。训练时会略过它。</translation>
    </message>
    <message>
        <source>Boxes that are no boxes</source>
        <translation>写法有误的框</translation>
    </message>
    <message>
        <source>“{text}” is no box.</source>
        <translation>“{text}”不是框。</translation>
    </message>
    <message>
        <source>A box is written &lt;box&gt;(x1,y1),(x2,y2)&lt;/box&gt;.</source>
        <translation>框写作 &lt;box&gt;(x1,y1),(x2,y2)&lt;/box&gt;。</translation>
    </message>
    <message>
        <source>Boxes out of range</source>
        <translation>数值超出范围的框</translation>
    </message>
    <message>
        <source>“{text}” has values above 999.</source>
        <translation>“{text}”中有大于 999 的数值。</translation>
    </message>
    <message>
        <source>Box values run from 0 to 999.</source>
        <translation>框的数值为 0 到 999。</translation>
    </message>
    <message>
        <source>Boxes with corners in the wrong order</source>
        <translation>角点顺序有误的框</translation>
    </message>
    <message>
        <source>“{text}” begins with the far corner.</source>
        <translation>“{text}”先写了远端的角。</translation>
    </message>
    <message>
        <source>The top left corner comes first.</source>
        <translation>应先写左上角。</translation>
    </message>
    <message>
        <source>Quads that are no quads</source>
        <translation>写法有误的四边形</translation>
    </message>
    <message>
        <source>“{text}” is no quad.</source>
        <translation>“{text}”不是四边形。</translation>
    </message>
    <message>
        <source>A quad is written with four points.</source>
        <translation>四边形用四个点书写。</translation>
    </message>
    <message>
        <source>Quads out of range</source>
        <translation>数值超出范围的四边形</translation>
    </message>
    <message>
        <source>Quad values run from 0 to 999.</source>
        <translation>四边形的数值为 0 到 999。</translation>
    </message>
    <message>
        <source>Tags without a partner</source>
        <translation>不成对的标记</translation>
    </message>
    <message>
        <source>{text} has no partner.</source>
        <translation>{text} 没有与之配对的标记。</translation>
    </message>
    <message>
        <source>Close the tag, or take it away.</source>
        <translation>请补全标记，或去掉它。</translation>
    </message>
    <message>
        <source>Boxes without a picture</source>
        <translation>没有图片的框</translation>
    </message>
    <message>
        <source>Boxes without area</source>
        <translation>没有面积的框</translation>
    </message>
    <message>
        <source>Boxes said twice</source>
        <translation>重复的框</translation>
    </message>
    <message>
        <source>Empty phrases</source>
        <translation>空的短语</translation>
    </message>
    <message>
        <source>Phrases without a box</source>
        <translation>没有框的短语</translation>
    </message>
    <message>
        <source>Boxes in another family&apos;s writing</source>
        <translation>其他系列写法的框</translation>
    </message>
    <message>
        <source>Pictures that conversations name and that are not there</source>
        <translation>对话中提到但不存在的图片</translation>
    </message>
    <message>
        <source>The picture {path} is not there.</source>
        <translation>图片 {path} 不在。</translation>
    </message>
    <message>
        <source>Put the file back, or find it in another folder.</source>
        <translation>请放回文件，或在其他文件夹中查找。</translation>
    </message>
    <message>
        <source>Placeholders without a picture</source>
        <translation>没有图片的占位符</translation>
    </message>
    <message>
        <source>{text} stands for a picture, but none belongs to it; the conversation shows {pictures}.</source>
        <translation>{text} 代表一张图片，但没有对应的图片；这段对话共有 {pictures} 张图片。</translation>
    </message>
    <message>
        <source>Name the picture with &lt;img&gt;…&lt;/img&gt;, or take the placeholder away.</source>
        <translation>请用 &lt;img&gt;…&lt;/img&gt; 写明图片，或去掉占位符。</translation>
    </message>
    <message>
        <source>Picture files that are not there</source>
        <translation>不在原处的图片文件</translation>
    </message>
    <message>
        <source>The file {path} is not there.</source>
        <translation>文件 {path} 不在原处。</translation>
    </message>
    <message>
        <source>Find it in another folder, or take the picture out of the project.</source>
        <translation>请在其他文件夹中查找，或将图片移出项目。</translation>
    </message>
    <message>
        <source>Picture files that cannot be read</source>
        <translation>无法读取的图片文件</translation>
    </message>
    <message>
        <source>Replace the file, or take the picture out of the project.</source>
        <translation>请替换文件，或将图片移出项目。</translation>
    </message>
    <message>
        <source>Pictures that changed on disk</source>
        <translation>文件有改动的图片</translation>
    </message>
    <message>
        <source>{path} is another picture than the one that was annotated. Its boxes were kept.</source>
        <translation>{path} 已不是标注时的那张图片。框已保留。</translation>
    </message>
    <message>
        <source>Look whether the boxes still fit, then accept the new picture.</source>
        <translation>请查看框是否仍然合适，然后接受新图片。</translation>
    </message>
    <message>
        <source>Pictures whose size changed</source>
        <translation>尺寸有改动的图片</translation>
    </message>
    <message>
        <source>{path} was {old} when it was annotated and is {new} now. Its boxes were kept.</source>
        <translation>{path} 标注时为 {old}，现在为 {new}。框已保留。</translation>
    </message>
    <message>
        <source>Accept the new size; boxes grow or shrink with the picture.</source>
        <translation>请接受新尺寸；框随图片一起缩放。</translation>
    </message>
    <message>
        <source>The same picture twice</source>
        <translation>重复的图片</translation>
    </message>
    <message>
        <source>{path} has the same content as {other}.</source>
        <translation>{path} 与 {other} 内容相同。</translation>
    </message>
    <message>
        <source>Keep one of them.</source>
        <translation>请保留其中一个。</translation>
    </message>
    <message>
        <source>Nearly the same picture</source>
        <translation>非常相似的图片</translation>
    </message>
    <message>
        <source>{path} looks like {other}.</source>
        <translation>{path} 与 {other} 非常相似。</translation>
    </message>
    <message>
        <source>Keep one of them, or make sure that both are in one split.</source>
        <translation>请保留其中一张，或确保两者在同一划分中。</translation>
    </message>
    <message>
        <source>The same picture in two splits</source>
        <translation>同一图片出现在两个划分中</translation>
    </message>
    <message>
        <source>{path} ({split}) is the same picture as {other} ({other_split}).</source>
        <translation>{path}（{split}）与 {other}（{other_split}）是同一图片。</translation>
    </message>
    <message>
        <source>Put both into one split, or the figures of the tests flatter the model.</source>
        <translation>请放入同一划分，否则测试结果会偏高。</translation>
    </message>
    <message>
        <source>Nearly the same picture in two splits</source>
        <translation>相似图片出现在两个划分中</translation>
    </message>
    <message>
        <source>{path} ({split}) looks like {other} ({other_split}).</source>
        <translation>{path}（{split}）与 {other}（{other_split}）非常相似。</translation>
    </message>
    <message>
        <source>Regions without a ref</source>
        <translation>没有指代的区域</translation>
    </message>
    <message>
        <source>A region of {path} has no ref.</source>
        <translation>{path} 上有一个区域没有指代。</translation>
    </message>
    <message>
        <source>Say what it shows; no question is made of it before.</source>
        <translation>请写明它是什么；在此之前不会用它生成提问。</translation>
    </message>
    <message>
        <source>Regions drawn twice</source>
        <translation>重复的区域</translation>
    </message>
    <message>
        <source>“{ref}” is drawn twice at one place of {path}.</source>
        <translation>“{ref}”在 {path} 的同一位置画了两次。</translation>
    </message>
    <message>
        <source>Regions outside their picture</source>
        <translation>超出图片的区域</translation>
    </message>
    <message>
        <source>“{ref}” reaches beyond the edge of {path}.</source>
        <translation>“{ref}”超出了 {path} 的边缘。</translation>
    </message>
    <message>
        <source>Cut it off at the edge.</source>
        <translation>请按边缘裁剪。</translation>
    </message>
    <message>
        <source>Regions too small to be said</source>
        <translation>过小而无法表达的区域</translation>
    </message>
    <message>
        <source>“{ref}” on {path} is so small that its box has no area for the model.</source>
        <translation>{path} 上的“{ref}”过小，对模型而言它的框没有面积。</translation>
    </message>
    <message>
        <source>Draw it larger, or delete it.</source>
        <translation>请画得大一些，或删除。</translation>
    </message>
    <message>
        <source>Refs spelled several ways</source>
        <translation>写法不一的指代</translation>
    </message>
    <message>
        <source>{spellings} seem to be one ref.</source>
        <translation>{spellings} 似乎是同一个指代。</translation>
    </message>
    <message>
        <source>Make them one: “{wanted}”.</source>
        <translation>请统一为“{wanted}”。</translation>
    </message>
    <message>
        <source>The same conversation twice</source>
        <translation>重复的对话</translation>
    </message>
    <message>
        <source>It says the same as {other}.</source>
        <translation>内容与 {other} 相同。</translation>
    </message>
    <message>
        <source>The same conversation in two splits</source>
        <translation>同一对话出现在两个划分中</translation>
    </message>
    <message>
        <source>It is in {split} and says the same as {other} in {other_split}.</source>
        <translation>它在 {split} 中，内容与 {other_split} 中的 {other} 相同。</translation>
    </message>
    <message>
        <source>Conversations in another split than their picture</source>
        <translation>与图片划分不同的对话</translation>
    </message>
    <message>
        <source>It is in {split}, its picture {path} in {other_split}.</source>
        <translation>它在 {split} 中，而图片 {path} 在 {other_split} 中。</translation>
    </message>
    <message>
        <source>Let it follow its picture.</source>
        <translation>请让它跟随图片。</translation>
    </message>
    <message>
        <source>Conversations too long for the model</source>
        <translation>对模型来说太长的对话</translation>
    </message>
    <message>
        <source>{tokens} tokens ({picture_tokens} of them for {pictures} pictures); {limit} fit into {model}.</source>
        <translation>{tokens} 个 token（其中 {pictures} 张图片占 {picture_tokens} 个）；{model} 可容纳 {limit} 个。</translation>
    </message>
    <message>
        <source>Split it, shorten it, or show fewer pictures.</source>
        <translation>请拆分、缩短，或减少图片。</translation>
    </message>
    <message>
        <source>Conversations that nearly fill the model&apos;s context</source>
        <translation>几乎占满模型上下文的对话</translation>
    </message>
    <message>
        <source>{tokens} of {limit} tokens of {model} ({picture_tokens} of them for {pictures} pictures).</source>
        <translation>占 {model} 的 {tokens}/{limit} 个 token（其中 {pictures} 张图片占 {picture_tokens} 个）。</translation>
    </message>
    <message>
        <source>Keep it as it is, or split it.</source>
        <translation>保持原样，或拆分。</translation>
    </message>
    <message>
        <source>Pictures that the model does not take</source>
        <translation>模型不接受的图片</translation>
    </message>
    <message>
        <source>{model}: {reason}</source>
        <translation>{model}：{reason}</translation>
    </message>
    <message>
        <source>Cut the picture, or leave it out.</source>
        <translation>请裁剪图片，或不使用它。</translation>
    </message>
    <message>
        <source>Conversations that the model does not take</source>
        <translation>模型不接受的对话</translation>
    </message>
    <message>
        <source>Mend the conversation.</source>
        <translation>请修正对话。</translation>
    </message>
    <message>
        <source>Quads that the model&apos;s family does not know</source>
        <translation>模型系列不支持的四边形</translation>
    </message>
    <message>
        <source>{model} knows no quads: it would learn the box around it.</source>
        <translation>{model} 不支持四边形：它会学习外接框。</translation>
    </message>
    <message>
        <source>Keep it as it is, or draw a box.</source>
        <translation>保持原样，或画一个框。</translation>
    </message>
    <message>
        <source>Replace the file.</source>
        <translation>请更换文件。</translation>
    </message>
    <message>
        <source>Pictures that cannot be read</source>
        <translation>无法读取的图片</translation>
    </message>
    <message>
        <source>The answer shows a picture.</source>
        <translation>回答里出示了图片。</translation>
    </message>
    <message>
        <source>Answers that show a picture</source>
        <translation>含有图片的回答</translation>
    </message>
    <message>
        <source>Only the user shows pictures; move it into the question.</source>
        <translation>只有用户出示图片；请移到问题里。</translation>
    </message>
    <message>
        <source>Pictures with a wrong number</source>
        <translation>编号有误的图片</translation>
    </message>
    <message>
        <source>The picture is called Picture {found} but is number {wanted}.</source>
        <translation>图片名为 Picture {found}，但它是第 {wanted} 张。</translation>
    </message>
    <message>
        <source>Number the pictures of a conversation 1, 2, 3, …</source>
        <translation>请把对话的图片编号为 1、2、3……</translation>
    </message>
    <message>
        <source>A box stands before any picture.</source>
        <translation>框出现在所有图片之前。</translation>
    </message>
    <message>
        <source>, turn {number}</source>
        <translation>，第 {number} 轮</translation>
    </message>
    <message>
        <source>, characters {start}-{end}</source>
        <translation>，字符 {start}-{end}</translation>
    </message>
    <message>
        <source>error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>{place}: {level}: {message} {mend} [{code}]</source>
        <translation>{place}：{level}：{message}{mend} [{code}]</translation>
    </message>
    <message>
        <source>Records that cannot be read</source>
        <translation>无法读取的记录</translation>
    </message>
    <message>
        <source>Name the picture first: Picture 1: &lt;img&gt;…&lt;/img&gt;.</source>
        <translation>请先提到图片：Picture 1: &lt;img&gt;…&lt;/img&gt;。</translation>
    </message>
    <message>
        <source>The box has no area.</source>
        <translation>框没有面积。</translation>
    </message>
    <message>
        <source>Draw it again, or delete it.</source>
        <translation>请重画，或删除它。</translation>
    </message>
    <message>
        <source>The same box stands twice behind one phrase.</source>
        <translation>同一个框在一个短语后出现了两次。</translation>
    </message>
    <message>
        <source>Delete one of them.</source>
        <translation>请删除其中一个。</translation>
    </message>
    <message>
        <source>The phrase in &lt;ref&gt; is empty.</source>
        <translation>&lt;ref&gt; 中的短语是空的。</translation>
    </message>
    <message>
        <source>Write what the box shows.</source>
        <translation>请写上框里是什么。</translation>
    </message>
    <message>
        <source>“{ref}” has no box.</source>
        <translation>“{ref}”没有框。</translation>
    </message>
    <message>
        <source>Put its &lt;box&gt; right behind &lt;/ref&gt;, or take the tags away.</source>
        <translation>请把它的 &lt;box&gt; 紧跟在 &lt;/ref&gt; 后面，或去掉标记。</translation>
    </message>
    <message>
        <source>“{text}” looks like a box in another family&apos;s writing; the model would learn it as plain words.</source>
        <translation>“{text}”像是别的系列模型写的框；模型会把它当作普通文字来学。</translation>
    </message>
    <message>
        <source>Write &lt;box&gt;(x1,y1),(x2,y2)&lt;/box&gt; with values from 0 to 999.</source>
        <translation>请写成 &lt;box&gt;(x1,y1),(x2,y2)&lt;/box&gt;，数值为 0 到 999。</translation>
    </message>
</context>
<context>
    <name>mends</name>
    <message>
        <source>Write the box anew</source>
        <translation>重写框</translation>
    </message>
    <message>
        <source>Bring the values into range</source>
        <translation>将数值调整到范围内</translation>
    </message>
    <message>
        <source>Put the corners in order</source>
        <translation>调整角点顺序</translation>
    </message>
    <message>
        <source>Write the quad anew</source>
        <translation>重写四边形</translation>
    </message>
    <message>
        <source>Close the tag or take it away</source>
        <translation>补全或去掉标记</translation>
    </message>
    <message>
        <source>Take the box out</source>
        <translation>去掉框</translation>
    </message>
    <message>
        <source>Say it once</source>
        <translation>只保留一个</translation>
    </message>
    <message>
        <source>Take the tags away</source>
        <translation>去掉标记</translation>
    </message>
    <message>
        <source>Number the pictures</source>
        <translation>为图片重新编号</translation>
    </message>
    <message>
        <source>Take the placeholder away</source>
        <translation>去掉占位符</translation>
    </message>
    <message>
        <source>Delete the last turn</source>
        <translation>删除最后一轮</translation>
    </message>
    <message>
        <source>Join the turns of one speaker</source>
        <translation>合并同一发言者的轮次</translation>
    </message>
    <message>
        <source>Move it to the front</source>
        <translation>移到最前面</translation>
    </message>
    <message>
        <source>Delete the conversation</source>
        <translation>删除对话</translation>
    </message>
    <message>
        <source>Delete the question with its answer</source>
        <translation>删除提问及其回答</translation>
    </message>
    <message>
        <source>Delete the copy</source>
        <translation>删除重复的一份</translation>
    </message>
    <message>
        <source>Let it follow its picture</source>
        <translation>跟随图片</translation>
    </message>
    <message>
        <source>Delete the second</source>
        <translation>删除第二个</translation>
    </message>
    <message>
        <source>Cut off at the edge</source>
        <translation>按边缘裁剪</translation>
    </message>
    <message>
        <source>Delete the region</source>
        <translation>删除区域</translation>
    </message>
    <message>
        <source>Make them one</source>
        <translation>统一写法</translation>
    </message>
    <message>
        <source>Take out of the project</source>
        <translation>移出项目</translation>
    </message>
    <message>
        <source>Accept the new picture</source>
        <translation>接受新图片</translation>
    </message>
    <message>
        <source>Take the copy out of the project</source>
        <translation>将重复的图片移出项目</translation>
    </message>
    <message>
        <source>Put both into one split</source>
        <translation>放入同一划分</translation>
    </message>
    <message>
        <source>{path} leaves the project, with {regions} regions and {conversations} conversations. The file is not touched.</source>
        <translation>{path} 将移出项目，连同 {regions} 个区域和 {conversations} 段对话。文件不会改动。</translation>
    </message>
    <message>
        <source>{path} leaves the project, with {regions} regions and {conversations} conversations; {other} stays. The file is not touched.</source>
        <translation>{path} 将移出项目，连同 {regions} 个区域和 {conversations} 段对话；{other} 保留。文件不会改动。</translation>
    </message>
    <message>
        <source>{others} become “{wanted}”: {regions} regions, {turns} turns.</source>
        <translation>{others} 将改为“{wanted}”：{regions} 个区域，{turns} 轮对话。</translation>
    </message>
    <message>
        <source>The conversation goes into {other_split} with {path}.</source>
        <translation>这段对话将随 {path} 归入 {other_split}。</translation>
    </message>
    <message>
        <source>One of the two regions “{ref}” of {path} is deleted.</source>
        <translation>{path} 上两个“{ref}”区域中的一个将被删除。</translation>
    </message>
    <message>
        <source>“{ref}” on {path} is cut off at the edge of the picture.</source>
        <translation>{path} 上的“{ref}”将按图片边缘裁剪。</translation>
    </message>
    <message>
        <source>“{ref}” on {path} is deleted.</source>
        <translation>{path} 上的“{ref}”将被删除。</translation>
    </message>
    <message>
        <source>{path} is taken as it is now. Boxes stay where they are.</source>
        <translation>{path} 将采用现在的文件。框保持原位。</translation>
    </message>
    <message>
        <source>{path} is taken as it is now: {new} instead of {old}. Boxes follow.</source>
        <translation>{path} 将采用现在的文件：由 {old} 变为 {new}。框随之调整。</translation>
    </message>
    <message>
        <source>{path} goes from {split} into {other_split}, where {other} is.</source>
        <translation>{path} 将从 {split} 移入 {other} 所在的 {other_split}。</translation>
    </message>
</context>
<context>
    <name>metrics</name>
    <message>
        <source>validation loss</source>
        <translation>验证损失</translation>
    </message>
    <message>
        <source>Acc@0.5</source>
        <translation>Acc@0.5</translation>
    </message>
    <message>
        <source>mean IoU</source>
        <translation>平均 IoU</translation>
    </message>
</context>
<context>
    <name>models</name>
    <message>
        <source>float16, because {card} has no bfloat16</source>
        <translation>float16，因为 {card} 没有 bfloat16</translation>
    </message>
    <message>
        <source>bfloat16, the native precision of {card}</source>
        <translation>bfloat16，{card} 的原生精度</translation>
    </message>
    <message>
        <source>float32, on the CPU</source>
        <translation>float32，在 CPU 上</translation>
    </message>
    <message>
        <source>bfloat16, because the model is large and the CPU holds it at half the memory</source>
        <translation>bfloat16，因为模型很大，这样 CPU 只需一半内存</translation>
    </message>
    <message>
        <source>{stored}, computing in {reason}</source>
        <translation>{stored}，以 {reason} 计算</translation>
    </message>
    <message>
        <source>{reason}; its experts stay dense, for they cannot be quantised on loading</source>
        <translation>{reason}；其专家层保持不量化，因为载入时无法量化它们</translation>
    </message>
    <message>
        <source>Tongyi Qianwen licence (commercial use within its terms)</source>
        <translation>通义千问许可协议（按其条款可商用）</translation>
    </message>
    <message>
        <source>Apache 2.0</source>
        <translation>Apache 2.0</translation>
    </message>
    <message>
        <source>Qwen Research licence (not for commercial use)</source>
        <translation>Qwen 研究许可协议（不可商用）</translation>
    </message>
    <message>
        <source>Answers and draws boxes in English and Chinese; the usual base for LoRA.</source>
        <translation>中英文问答并画框；LoRA 常用的基础模型。</translation>
    </message>
    <message>
        <source>The same in 4 bits: for chat and Q-LoRA on one card of 12 to 16 GB.</source>
        <translation>同一模型的 4 位版本：在一张 12 到 16 GB 的显卡上聊天和做 Q-LoRA。</translation>
    </message>
    <message>
        <source>Continues text rather than chats: for tuning from the ground up and for RefCOCO.</source>
        <translation>续写文本而非聊天：适合从头微调和 RefCOCO 评测。</translation>
    </message>
    <message>
        <source>Small; reads pictures at their own size. For a card of 8 GB.</source>
        <translation>小模型；按图片原尺寸读取。适合 8 GB 显卡。</translation>
    </message>
    <message>
        <source>Reads pictures at their own size, documents too.</source>
        <translation>按图片原尺寸读取，也能读文档。</translation>
    </message>
    <message>
        <source>Boxes in pixels, documents, tables. Mind the licence.</source>
        <translation>像素坐标的框、文档、表格。请留意许可协议。</translation>
    </message>
    <message>
        <source>Boxes in pixels, documents, tables. LoRA on a card of 24 GB.</source>
        <translation>像素坐标的框、文档、表格。24 GB 显卡可做 LoRA。</translation>
    </message>
    <message>
        <source>The largest of the new family in this list.</source>
        <translation>此列表中新系列里最大的。</translation>
    </message>
    <message>
        <source>The smallest of its family: quick to try, quick to tune.</source>
        <translation>本系列中最小的：试用快，微调快。</translation>
    </message>
    <message>
        <source>For LoRA on a card of 16 GB, Q-LoRA on one of 8 GB.</source>
        <translation>16 GB 显卡可做 LoRA，8 GB 显卡可做 Q-LoRA。</translation>
    </message>
    <message>
        <source>The largest here of its family: LoRA on a card of 24 GB, Q-LoRA on one of 12 GB.</source>
        <translation>此处本系列中最大的：24 GB 显卡可做 LoRA，12 GB 显卡可做 Q-LoRA。</translation>
    </message>
    <message>
        <source>Very small: for trying things out, and for narrow tasks once tuned.</source>
        <translation>非常小：适合尝试，微调后适合单一任务。</translation>
    </message>
    <message>
        <source>Small and new; sees and talks in one model.</source>
        <translation>小而新；看图和对话在同一个模型里。</translation>
    </message>
    <message>
        <source>New; sees and talks in one model.</source>
        <translation>新；看图和对话在同一个模型里。</translation>
    </message>
</context>
<context>
    <name>official</name>
    <message>
        <source>samples are always read as they are needed</source>
        <translation>样本总是在用到时才读取</translation>
    </message>
    <message>
        <source>every step is written down</source>
        <translation>每一步都会记录</translation>
    </message>
    <message>
        <source>validation chooses its own batches</source>
        <translation>验证自行决定批大小</translation>
    </message>
    <message>
        <source>a split “val” in the data switches validation on</source>
        <translation>数据中有“val”划分时自动验证</translation>
    </message>
    <message>
        <source>checkpoints are always written by steps</source>
        <translation>检查点总是按步数保存</translation>
    </message>
    <message>
        <source>models are folders here</source>
        <translation>这里的模型就是文件夹</translation>
    </message>
    <message>
        <source>code of model folders is never run</source>
        <translation>从不运行模型文件夹里的代码</translation>
    </message>
    <message>
        <source>never used in training</source>
        <translation>训练时从不使用</translation>
    </message>
    <message>
        <source>not needed</source>
        <translation>不需要</translation>
    </message>
    <message>
        <source>pictures are prepared ahead anyway</source>
        <translation>图片本来就会提前准备</translation>
    </message>
    <message>
        <source>set by the launcher</source>
        <translation>由启动器设置</translation>
    </message>
    <message>
        <source>that is what a run does</source>
        <translation>训练本来就是做这个</translation>
    </message>
    <message>
        <source>--q_lora without --use_lora: the script tunes every weight then</source>
        <translation>只有 --q_lora 而没有 --use_lora：原脚本此时会调整全部权重</translation>
    </message>
    <message>
        <source>--eval_data_path {value}: put these samples into the split “val” instead</source>
        <translation>--eval_data_path {value}：请改为把这些样本放入“val”划分</translation>
    </message>
    <message>
        <source>--{flag} is not known here and was left out</source>
        <translation>--{flag} 在这里无法识别，已略去</translation>
    </message>
    <message>
        <source>--lr_scheduler_type {value}: not offered; cosine is used</source>
        <translation>--lr_scheduler_type {value}：不提供；改用 cosine</translation>
    </message>
    <message>
        <source>--optim {value}: not offered; AdamW is used</source>
        <translation>--optim {value}：不提供；改用 AdamW</translation>
    </message>
    <message>
        <source>--deepspeed {value}: with one card there is nothing to share out</source>
        <translation>--deepspeed {value}：只有一张显卡，没有可分摊的</translation>
    </message>
</context>
<context>
    <name>pages</name>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Find pictures, treat many at once</source>
        <translation>查找图片，批量处理</translation>
    </message>
    <message>
        <source>Annotate</source>
        <translation>标注</translation>
    </message>
    <message>
        <source>Draw boxes on pictures</source>
        <translation>在图片上画框</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Questions and answers to learn from</source>
        <translation>用于学习的问与答</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>审阅</translation>
    </message>
    <message>
        <source>Go through what a model proposes</source>
        <translation>审阅模型的建议</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>体检</translation>
    </message>
    <message>
        <source>Faults, statistics and splits</source>
        <translation>问题、统计与划分</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Tune a model on the project</source>
        <translation>用项目微调模型</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>聊天</translation>
    </message>
    <message>
        <source>Ask a model about a picture</source>
        <translation>就图片向模型提问</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Models and adapters on this machine</source>
        <translation>本机上的模型和适配器</translation>
    </message>
</context>
<context>
    <name>palette</name>
    <message>
        <source>Open {name}</source>
        <translation>打开 {name}</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>前往</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>最近的项目</translation>
    </message>
    <message>
        <source>Help: {title}</source>
        <translation>帮助：{title}</translation>
    </message>
</context>
<context>
    <name>plan</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>The model that is tuned.</source>
        <translation>要微调的模型。</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>The project or data file to learn from.</source>
        <translation>用于学习的项目或数据文件。</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Q-LoRA keeps the model in 4 bits and trains a small adapter: least memory. LoRA keeps it in 16 bits: a little faster. Full changes every weight.</source>
        <translation>Q-LoRA 以 4 位保存模型，只训练一个小适配器：最省内存。LoRA 以 16 位保存：稍快。全量会改动每一个权重。</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>How often the whole training set is seen.</source>
        <translation>整个训练集被看多少遍。</translation>
    </message>
    <message>
        <source>Steps at most</source>
        <translation>最多步数</translation>
    </message>
    <message>
        <source>Stop after this many steps; 0 means as many as the epochs need.</source>
        <translation>到这么多步就停；0 表示按轮数需要。</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>How far each step goes. Too high forgets what the model knew, too low learns nothing.</source>
        <translation>每一步走多远。太高会忘掉模型已会的，太低则什么也学不到。</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批大小</translation>
    </message>
    <message>
        <source>Samples on the card at a time. More is faster and takes more memory.</source>
        <translation>显卡上同时处理的样本数。越多越快，也越占内存。</translation>
    </message>
    <message>
        <source>Accumulation</source>
        <translation>累积</translation>
    </message>
    <message>
        <source>Batches added up before one step: the effect of a large batch without its memory.</source>
        <translation>多少批加起来走一步：有大批的效果，却不占大批的内存。</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>秩</translation>
    </message>
    <message>
        <source>Size of the adapter. More can learn more and takes more memory.</source>
        <translation>适配器的大小。越大能学得越多，也越占内存。</translation>
    </message>
    <message>
        <source>Alpha</source>
        <translation>Alpha</translation>
    </message>
    <message>
        <source>Strength of the adapter; it is scaled by alpha / rank.</source>
        <translation>适配器的强度；按 alpha / 秩 缩放。</translation>
    </message>
    <message>
        <source>Dropout</source>
        <translation>随机失活</translation>
    </message>
    <message>
        <source>Share of the adapter switched off at random; guards small data sets.</source>
        <translation>适配器中随机关闭的比例；可保护小数据集。</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>The layers that get an adapter. The names of the first generation mean the same layers in later families; experts adds the experts of a mixture.</source>
        <translation>加适配器的层。第一代的层名在后来的模型系列中指相同的层；experts 会加上混合专家的权重。</translation>
    </message>
    <message>
        <source>Rank-stabilised</source>
        <translation>秩稳定</translation>
    </message>
    <message>
        <source>Scales the adapter by alpha / square root of the rank, so that large ranks learn as fast (rsLoRA).</source>
        <translation>按 alpha 除以秩的平方根缩放适配器，使大秩也学得一样快（rsLoRA）。</translation>
    </message>
    <message>
        <source>Size and direction apart</source>
        <translation>大小与方向分开</translation>
    </message>
    <message>
        <source>Learns how long and where each weight vector points separately (DoRA): a little better, slower.</source>
        <translation>分别学习每个权重向量的长度和方向（DoRA）：效果略好，速度较慢。</translation>
    </message>
    <message>
        <source>Keep the eyes</source>
        <translation>视觉部分不变</translation>
    </message>
    <message>
        <source>The vision transformer stays as it is when every weight is tuned; the resampler behind it learns. LoRA and Q-LoRA always keep it.</source>
        <translation>调整全部权重时视觉 Transformer 保持不变，其后的重采样器参与学习。LoRA 和 Q-LoRA 总是保持不变。</translation>
    </message>
    <message>
        <source>Warm-up</source>
        <translation>预热</translation>
    </message>
    <message>
        <source>Share of the steps in which the learning rate rises.</source>
        <translation>学习率上升阶段占总步数的比例。</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>调度</translation>
    </message>
    <message>
        <source>How the learning rate falls after the warm-up.</source>
        <translation>预热之后学习率如何下降。</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>权重衰减</translation>
    </message>
    <message>
        <source>Pulls weights towards zero a little at each step.</source>
        <translation>每一步都把权重向零拉一点。</translation>
    </message>
    <message>
        <source>Adam beta 2</source>
        <translation>Adam beta 2</translation>
    </message>
    <message>
        <source>How long the optimiser remembers the size of gradients.</source>
        <translation>优化器记住梯度大小的时间长短。</translation>
    </message>
    <message>
        <source>Gradient limit</source>
        <translation>梯度上限</translation>
    </message>
    <message>
        <source>Longer gradients are cut to this length; 0 switches it off.</source>
        <translation>更长的梯度会被截到这个长度；0 表示关闭。</translation>
    </message>
    <message>
        <source>Longest sample</source>
        <translation>最长样本</translation>
    </message>
    <message>
        <source>In tokens. Longer samples are listed and left out, never cut inside a picture.</source>
        <translation>以 token 计。更长的样本会列出并略去，绝不会在图片中间截断。</translation>
    </message>
    <message>
        <source>Largest picture</source>
        <translation>最大图片</translation>
    </message>
    <message>
        <source>In pixels; larger pictures are made smaller, so that they take fewer tokens. 0 leaves it to the model. First-generation models see every picture at one size.</source>
        <translation>以像素计；更大的图片会被缩小，以减少 token。0 表示由模型决定。第一代模型以同一尺寸看所有图片。</translation>
    </message>
    <message>
        <source>Longer samples</source>
        <translation>过长样本</translation>
    </message>
    <message>
        <source>Skip lists them and goes on without them; refuse does not start while there is one.</source>
        <translation>跳过：列出后略去它们继续；拒绝：只要有一条就不开始。</translation>
    </message>
    <message>
        <source>Packing</source>
        <translation>打包</translation>
    </message>
    <message>
        <source>Puts several short samples into one row, each blind to the others: the same result, less padding.</source>
        <translation>把几条短样本放进同一行，彼此看不见：结果相同，填充更少。</translation>
    </message>
    <message>
        <source>Optimiser</source>
        <translation>优化器</translation>
    </message>
    <message>
        <source>The 8-bit ones need a quarter of the memory; paged ones move out when it is short.</source>
        <translation>8 位优化器只需四分之一的内存；分页的在内存不足时会移出显卡。</translation>
    </message>
    <message>
        <source>Compute twice</source>
        <translation>重复计算</translation>
    </message>
    <message>
        <source>Keeps less between the passes and computes it again: much less memory, about a third slower.</source>
        <translation>前后向之间少保留中间结果、需要时重新计算：内存少得多，约慢三分之一。</translation>
    </message>
    <message>
        <source>Word table in main memory</source>
        <translation>词表放在内存</translation>
    </message>
    <message>
        <source>Keeps the input embeddings off the card: 1.2 GiB less for Qwen-VL, hardly slower.</source>
        <translation>输入词嵌入不放在显卡上：Qwen-VL 省 1.2 GiB，几乎不变慢。</translation>
    </message>
    <message>
        <source>Learn from</source>
        <translation>学习内容</translation>
    </message>
    <message>
        <source>Answers: only what the assistant says. Compatible: also the turn markers, as the original script does.</source>
        <translation>回答：只学助手说的话。兼容：也学轮次标记，与原始脚本相同。</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Number format of the computation; auto chooses for this machine.</source>
        <translation>计算所用的数字格式；自动会按本机选择。</translation>
    </message>
    <message>
        <source>Validate every</source>
        <translation>验证间隔</translation>
    </message>
    <message>
        <source>Steps between two validations; 0 validates only at the end.</source>
        <translation>两次验证之间的步数；0 表示只在结束时验证。</translation>
    </message>
    <message>
        <source>Save every</source>
        <translation>保存间隔</translation>
    </message>
    <message>
        <source>Steps between two checkpoints.</source>
        <translation>两个检查点之间的步数。</translation>
    </message>
    <message>
        <source>Checkpoints kept</source>
        <translation>保留的检查点</translation>
    </message>
    <message>
        <source>Older checkpoints are deleted.</source>
        <translation>更早的检查点会被删除。</translation>
    </message>
    <message>
        <source>Keep the best by</source>
        <translation>最佳检查点依据</translation>
    </message>
    <message>
        <source>The checkpoint that validates best is kept and becomes the result; none takes the last one.</source>
        <translation>保留验证最好的检查点作为结果；“无”则取最后一个。</translation>
    </message>
    <message>
        <source>Validation samples</source>
        <translation>验证样本数</translation>
    </message>
    <message>
        <source>At most this many validation samples are answered each time.</source>
        <translation>每次最多回答这么多验证样本。</translation>
    </message>
    <message>
        <source>Several cards</source>
        <translation>多张显卡</translation>
    </message>
    <message>
        <source>ddp gives each card the whole model; fsdp2, zero2 and zero3 share it out. The run must then be started with the launch line.</source>
        <translation>ddp 让每张卡都放整个模型；fsdp2、zero2、zero3 把模型分摊。此时须用启动命令开始训练。</translation>
    </message>
    <message>
        <source>Cards</source>
        <translation>显卡数</translation>
    </message>
    <message>
        <source>How many processes carry out the run together, on all machines.</source>
        <translation>所有机器上一共多少个进程共同完成训练。</translation>
    </message>
    <message>
        <source>TensorBoard files</source>
        <translation>TensorBoard 文件</translation>
    </message>
    <message>
        <source>Writes the curves for TensorBoard too.</source>
        <translation>同时为 TensorBoard 写出曲线。</translation>
    </message>
    <message>
        <source>Pause frees the card</source>
        <translation>暂停时释放显卡</translation>
    </message>
    <message>
        <source>A pause saves everything and ends the process, so that others can use the memory; going on takes up the run exactly where it was, after loading the model again.</source>
        <translation>暂停时保存全部状态并结束进程，把内存让给其他程序；继续时重新加载模型，然后从原处分毫不差地接着训练。</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>The same seed and data give the same run.</source>
        <translation>相同的种子和数据会得到相同的结果。</translation>
    </message>
    <message>
        <source>{name}: {value} is none of {choices}.</source>
        <translation>{name}：{value} 不是 {choices} 之一。</translation>
    </message>
    <message>
        <source>{name}: {value} is not between {low} and {high}.</source>
        <translation>{name}：{value} 不在 {low} 和 {high} 之间。</translation>
    </message>
    <message>
        <source>Data: choose a project or a data file to learn from.</source>
        <translation>数据：请选择用于学习的项目或数据文件。</translation>
    </message>
    <message>
        <source>Layers: an adapter needs at least one layer.</source>
        <translation>层：适配器至少需要一层。</translation>
    </message>
    <message>
        <source>Cards: several need a way to share the work (ddp, fsdp2, zero2, zero3).</source>
        <translation>显卡数：多张时需要选择分摊方式（ddp、fsdp2、zero2、zero3）。</translation>
    </message>
    <message>
        <source>Cards: there is nothing to share with one; give their number.</source>
        <translation>显卡数：只有一张没有可分摊的；请填写张数。</translation>
    </message>
    <message>
        <source>Optimiser: sharded runs use adamw.</source>
        <translation>优化器：分摊模型的训练使用 adamw。</translation>
    </message>
    <message>
        <source>Packing: sharded runs go without it; choose ddp, or switch it off.</source>
        <translation>打包：分片训练不支持打包；请选择 ddp，或者关闭它。</translation>
    </message>
    <message>
        <source>Word table in main memory: only where it is neither learnt nor shared out; switch it off.</source>
        <translation>词表放在内存：只有在词表既不训练也不分片时才可用；请关闭它。</translation>
    </message>
    <message>
        <source>Keep the best by: without validation samples nothing is measured; allow some, or take the last one.</source>
        <translation>保留最佳：没有验证样本就无从衡量；请允许一些验证样本，或取最后一个。</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>余弦</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>线性</translation>
    </message>
    <message>
        <source>Constant</source>
        <translation>恒定</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Compatible</source>
        <translation>兼容</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>On</source>
        <translation>开</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>跳过</translation>
    </message>
    <message>
        <source>Refuse</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Validation loss</source>
        <translation>验证损失</translation>
    </message>
    <message>
        <source>Acc@0.5</source>
        <translation>Acc@0.5</translation>
    </message>
    <message>
        <source>Mean IoU</source>
        <translation>平均 IoU</translation>
    </message>
    <message>
        <source>AdamW, 8-bit</source>
        <translation>AdamW，8 位</translation>
    </message>
    <message>
        <source>AdamW, 8-bit, paged</source>
        <translation>AdamW，8 位，分页</translation>
    </message>
    <message>
        <source>only an adapter learns</source>
        <translation>只训练适配器</translation>
    </message>
    <message>
        <source>the model is kept in 4 bits</source>
        <translation>模型以 4 位保存</translation>
    </message>
    <message>
        <source>a smaller adapter</source>
        <translation>更小的适配器</translation>
    </message>
    <message>
        <source>longer samples are left out</source>
        <translation>略去更长的样本</translation>
    </message>
    <message>
        <source>Learning rate: {rate:g} is {times:.0f} times what is usual for this method ({usual:g}); models forget what they knew at that rate, or their loss becomes no number. Try {usual:g} first.</source>
        <translation>学习率：{rate:g} 是此方法常用值（{usual:g}）的 {times:.0f} 倍；这样的学习率会使模型忘记所学，或使损失不再是数字。请先试 {usual:g}。</translation>
    </message>
    <message>
        <source>Several cards: {way} shares the model out over {count}, so each needs less than the forecast, which is for one card that holds all of it. No real step checks it before the run: only the first step shares it out.</source>
        <translation>多张显卡：{way} 把模型分摊到 {count} 张卡上，所以每张需要的比预估少，预估是按一张卡放下全部计算的。训练前不用真正的一步核对：第一步开始时才会分摊。</translation>
    </message>
    <message>
        <source>The loss climbs: {now:.2f} over the last {count} steps, {lowest:.2f} at its lowest. The run seems to diverge, most often because the learning rate (now {rate:g}) is too high: stop it and start again with a third of it.</source>
        <translation>损失在上升：最近 {count} 步为 {now:.2f}，最低时为 {lowest:.2f}。训练似乎在发散，多半因为学习率（现为 {rate:g}）太高：请停止训练，用其三分之一重新开始。</translation>
    </message>
    <message>
        <source>A step learns from {now} samples from here on, before it was {before}: the rest of this epoch is divided otherwise, so some of its samples may come twice and others not before the next one. With batch size x accumulation x processes = {before} the run would go on as it began.</source>
        <translation>从这里起每步学习 {now} 个样本，之前是 {before} 个：这一轮余下的部分分法不同，有些样本可能出现两次，有些要到下一轮才出现。批次 x 累积 x 进程数 = {before} 时，训练会照开始时那样继续。</translation>
    </message>
</context>
<context>
    <name>presets</name>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Q-LoRA with a small adapter, one picture and 512 tokens a sample, the word table in main memory.</source>
        <translation>Q-LoRA，小适配器，每个样本一张图片、最多 512 个 token，词表放在内存中。</translation>
    </message>
    <message>
        <source>Q-LoRA, up to 1024 tokens a sample: two or three pictures.</source>
        <translation>Q-LoRA，每个样本最多 1024 个 token：两三张图片。</translation>
    </message>
    <message>
        <source>Q-LoRA, up to 2048 tokens a sample.</source>
        <translation>Q-LoRA，每个样本最多 2048 个 token。</translation>
    </message>
    <message>
        <source>LoRA in 16 bits, faster than Q-LoRA; up to 1024 tokens a sample.</source>
        <translation>16 位 LoRA，比 Q-LoRA 快；每个样本最多 1024 个 token。</translation>
    </message>
    <message>
        <source>LoRA, two samples at a time.</source>
        <translation>LoRA，每次两个样本。</translation>
    </message>
    <message>
        <source>LoRA, eight samples at a time.</source>
        <translation>LoRA，每次八个样本。</translation>
    </message>
    <message>
        <source>Q-LoRA without a card: right for the demo model and other small ones, else slow.</source>
        <translation>不用显卡的 Q-LoRA：适合演示模型和其他小模型，否则很慢。</translation>
    </message>
    <message>
        <source>Quick try</source>
        <translation>快速尝试</translation>
    </message>
    <message>
        <source>Fifty steps: does it learn at all? Validated twice, on few samples.</source>
        <translation>五十步：看看到底能不能学会。用少量样本验证两次。</translation>
    </message>
    <message>
        <source>Careful</source>
        <translation>仔细</translation>
    </message>
    <message>
        <source>For some hundred samples: small steps over several epochs, validated often, and the best checkpoint is the result, so that learning too much by heart does no harm.</source>
        <translation>适合几百个样本：多轮小步学习，经常验证，以最佳检查点为结果，因此死记硬背也无妨。</translation>
    </message>
    <message>
        <source>Large set</source>
        <translation>大数据集</translation>
    </message>
    <message>
        <source>For ten thousand samples and more: one epoch, validated and saved every 500 steps.</source>
        <translation>适合一万个以上的样本：一轮，每 500 步验证并保存一次。</translation>
    </message>
</context>
<context>
    <name>proposals</name>
    <message>
        <source>The answer was cut off at its limit; raise the limit, or ask for fewer.</source>
        <translation>回答达到长度上限而被截断；请提高上限，或减少所问内容。</translation>
    </message>
    <message>
        <source>The answer holds something that looks like a box and is none.</source>
        <translation>回答中有像框但不是框的内容。</translation>
    </message>
    <message>
        <source>The answer holds more boxes than are looked at; the first were kept.</source>
        <translation>回答中的框过多；仅保留了前面的部分。</translation>
    </message>
    <message>
        <source>The answer is empty.</source>
        <translation>回答为空。</translation>
    </message>
    <message>
        <source>The server ended each time it was asked about this picture.</source>
        <translation>每次询问此图片时服务器都会终止。</translation>
    </message>
    <message>
        <source>The model&apos;s answer: {words}</source>
        <translation>模型的回答：{words}</translation>
    </message>
    <message>
        <source>The model is loading</source>
        <translation>正在加载模型</translation>
    </message>
</context>
<context>
    <name>review</name>
    <message>
        <source>Take</source>
        <translation>采纳</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>Take all on this picture</source>
        <translation>采纳此图片的全部</translation>
    </message>
    <message>
        <source>Reject all on this picture</source>
        <translation>拒绝此图片的全部</translation>
    </message>
    <message>
        <source>Change the ref</source>
        <translation>修改指代</translation>
    </message>
    <message>
        <source>Next suggestion</source>
        <translation>下一条建议</translation>
    </message>
    <message>
        <source>Previous suggestion</source>
        <translation>上一条建议</translation>
    </message>
    <message>
        <source>Next picture</source>
        <translation>下一张图片</translation>
    </message>
    <message>
        <source>Previous picture</source>
        <translation>上一张图片</translation>
    </message>
    <message>
        <source>Open in Annotate</source>
        <translation>在“标注”中打开</translation>
    </message>
    <message>
        <source>Fit picture to view</source>
        <translation>使图片适合窗口</translation>
    </message>
    <message>
        <source>Zoom to the suggestion</source>
        <translation>放大到建议处</translation>
    </message>
    <message>
        <source>Hide boxes</source>
        <translation>隐藏框</translation>
    </message>
    <message>
        <source>Take the draft</source>
        <translation>采纳草稿</translation>
    </message>
    <message>
        <source>Reject the draft</source>
        <translation>拒绝草稿</translation>
    </message>
    <message>
        <source>Next draft</source>
        <translation>下一个草稿</translation>
    </message>
    <message>
        <source>Previous draft</source>
        <translation>上一个草稿</translation>
    </message>
    <message>
        <source>Select the next or previous suggestion</source>
        <translation>选择下一条或上一条建议</translation>
    </message>
    <message>
        <source>Nudge the suggestion: it is taken as it is then</source>
        <translation>微调建议的框：即以改正后的位置采纳</translation>
    </message>
</context>
<context>
    <name>runs</name>
    <message>
        <source>Not started</source>
        <translation>未开始</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Paused, card freed</source>
        <translation>已暂停，显卡已释放</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>中断</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Preparing the samples</source>
        <translation>正在准备样本</translation>
    </message>
    <message>
        <source>Reading the pictures</source>
        <translation>正在读取图片</translation>
    </message>
    <message>
        <source>Validating</source>
        <translation>正在验证</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>全量</translation>
    </message>
    <message>
        <source>{days} d {hours} h</source>
        <translation>{days} 天 {hours} 小时</translation>
    </message>
    <message>
        <source>{hours} h {minutes:02} min</source>
        <translation>{hours} 小时 {minutes:02} 分</translation>
    </message>
    <message>
        <source>{minutes} min {seconds:02} s</source>
        <translation>{minutes} 分 {seconds:02} 秒</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} 秒</translation>
    </message>
</context>
<context>
    <name>samples</name>
    <message>
        <source>Demo in English</source>
        <translation>英文演示项目</translation>
    </message>
    <message>
        <source>Shapes with boxes and conversations</source>
        <translation>图形，带框和对话</translation>
    </message>
    <message>
        <source>Demo in Chinese</source>
        <translation>中文演示项目</translation>
    </message>
    <message>
        <source>The same, all words Chinese</source>
        <translation>内容相同，文字为中文</translation>
    </message>
    <message>
        <source>Boxes only</source>
        <translation>只有框</translation>
    </message>
    <message>
        <source>As a detection data set has them</source>
        <translation>与目标检测数据集一样</translation>
    </message>
    <message>
        <source>Conversations only</source>
        <translation>只有对话</translation>
    </message>
    <message>
        <source>Questions and answers, no regions</source>
        <translation>问与答，没有区域</translation>
    </message>
</context>
<context>
    <name>sources</name>
    <message>
        <source>: record {number}</source>
        <translation>：第 {number} 条记录</translation>
    </message>
    <message>
        <source>: conversation {number}</source>
        <translation>：第 {number} 个对话</translation>
    </message>
    <message>
        <source>, line {number}</source>
        <translation>，第 {number} 行</translation>
    </message>
</context>
<context>
    <name>splits</name>
    <message>
        <source>No split</source>
        <translation>未划分</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>测试</translation>
    </message>
</context>
<context>
    <name>statuses</name>
    <message>
        <source>Untouched</source>
        <translation>未处理</translation>
    </message>
    <message>
        <source>In work</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Skipped</source>
        <translation>已跳过</translation>
    </message>
</context>
<context>
    <name>templates</name>
    <message>
        <source>Grounding</source>
        <translation>定位</translation>
    </message>
    <message>
        <source>One question for each ref; the answer points at all of its boxes.</source>
        <translation>每个指代一个问题；回答指出它的所有框。</translation>
    </message>
    <message>
        <source>Describing</source>
        <translation>描述</translation>
    </message>
    <message>
        <source>One question for each box; the answer says what is in it.</source>
        <translation>每个框一个问题；回答说出框里是什么。</translation>
    </message>
    <message>
        <source>Counting</source>
        <translation>计数</translation>
    </message>
    <message>
        <source>One question for each ref; the answer is a number.</source>
        <translation>每个指代一个问题；回答是一个数。</translation>
    </message>
    <message>
        <source>Listing</source>
        <translation>列举</translation>
    </message>
    <message>
        <source>the ref, such as “red cup”</source>
        <translation>指代，如“红色杯子”</translation>
    </message>
    <message>
        <source>the ref with its English article, “a red cup”</source>
        <translation>带英文冠词的指代，“a red cup”</translation>
    </message>
    <message>
        <source>the token of the box or quad</source>
        <translation>框或四边形的记号</translation>
    </message>
    <message>
        <source>the ref and all of its boxes, as tokens</source>
        <translation>指代及其所有框，写成记号</translation>
    </message>
    <message>
        <source>every ref with its box, from left to right</source>
        <translation>从左到右的每个指代及其框</translation>
    </message>
    <message>
        <source>how many there are</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>the text that stands in the box</source>
        <translation>框中的文字</translation>
    </message>
    <message>
        <source>One question for the picture; the answer names every box.</source>
        <translation>每张图片一个问题；回答列出每个框。</translation>
    </message>
    <message>
        <source>Yes or no</source>
        <translation>是与否</translation>
    </message>
    <message>
        <source>Whether a ref is there: one question for each ref, and as many about refs that are not.</source>
        <translation>物体是否存在：每个指代一个问题，并对同样多不存在的物体提问。</translation>
    </message>
    <message>
        <source>Absent things</source>
        <translation>不存在的物体</translation>
    </message>
    <message>
        <source>Questions for refs of the project that the picture does not show; the answer says so.</source>
        <translation>询问项目中有、但图片里没有的物体，回答说明没有。</translation>
    </message>
    <message>
        <source>Reading text</source>
        <translation>识字</translation>
    </message>
    <message>
        <source>One question for each box with text: the text typed for the region, or the ref of a quad.</source>
        <translation>每个带文字的框一个问题：为区域输入的文字，或四边形的指代。</translation>
    </message>
    <message>
        <source>Write at least one.</source>
        <translation>至少写一条。</translation>
    </message>
    <message>
        <source>The line is empty.</source>
        <translation>这一行是空的。</translation>
    </message>
    <message>
        <source>A brace has no partner. Write {{ or }} for a brace itself.</source>
        <translation>花括号不成对。要写花括号本身请用 {{ or }}（写两个）。</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>{name} is no placeholder here. Possible: {allowed}.</source>
        <translation>这里不能用占位符 {name}。可用：{allowed}。</translation>
    </message>
    <message>
        <source>{needed} is missing.</source>
        <translation>缺少 {needed}。</translation>
    </message>
    <message>
        <source>The picture is named by itself; leave &lt;img&gt; out.</source>
        <translation>图片会自动写入，请去掉 &lt;img&gt;。</translation>
    </message>
</context>
<context>
    <name>tokens</name>
    <message>
        <source>A box is written &lt;box&gt;(x1,y1),(x2,y2)&lt;/box&gt;.</source>
        <translation>框的写法是 &lt;box&gt;(x1,y1),(x2,y2)&lt;/box&gt;。</translation>
    </message>
    <message>
        <source>A quad is written with four points.</source>
        <translation>四边形用四个点书写。</translation>
    </message>
    <message>
        <source>Box values run from 0 to 999.</source>
        <translation>框的数值为 0 到 999。</translation>
    </message>
    <message>
        <source>Quad values run from 0 to 999.</source>
        <translation>四边形的数值为 0 到 999。</translation>
    </message>
    <message>
        <source>The top left corner comes first.</source>
        <translation>左上角在前。</translation>
    </message>
    <message>
        <source>This tag has no partner.</source>
        <translation>这个标记没有配对。</translation>
    </message>
</context>
<context>
    <name>tour</name>
    <message>
        <source>Another project is open: Next takes the tour on it.</source>
        <translation>现在打开的是另一个项目：按“下一步”就在其中导览。</translation>
    </message>
    <message>
        <source>Double-click a box, or select it and press Enter: the field opens at it.</source>
        <translation>双击一个框，或选中它后按 Enter，输入栏就在旁边打开。</translation>
    </message>
    <message>
        <source>Click a box to select it.</source>
        <translation>点击一个框来选中它。</translation>
    </message>
    <message>
        <source>New run shows the form.</source>
        <translation>按“新任务”显示表单。</translation>
    </message>
    <message>
        <source>Click a run in the list to see its curves.</source>
        <translation>点击列表中的一个任务，查看它的曲线。</translation>
    </message>
    <message>
        <source>There is no run yet. Start one, or go on with Next.</source>
        <translation>还没有任务。开始一个，或按“下一步”继续。</translation>
    </message>
    <message>
        <source>This opens Chat with the model that has just learnt.</source>
        <translation>用刚学完的模型打开“聊天”页。</translation>
    </message>
    <message>
        <source>Choose a model first; Demo comes with the program.</source>
        <translation>先选一个模型；Demo 随程序附带。</translation>
    </message>
    <message>
        <source>The model is loaded, then it answers…</source>
        <translation>模型载入之后就会回答…</translation>
    </message>
    <message>
        <source>First add a picture: From the project… lists those that are here.</source>
        <translation>先加一张图片：“从项目中选取…”会列出现有的图片。</translation>
    </message>
    <message>
        <source>Ask something first: the boxes of its answer can then be moved.</source>
        <translation>先提一个问题：之后就能移动回答里的框。</translation>
    </message>
    <message>
        <source>This answer has no box. Ask where something is, or go on with Next.</source>
        <translation>这个回答没有框。问一问某物在哪里，或按“下一步”继续。</translation>
    </message>
    <message>
        <source>Ask something first, then keep the answer.</source>
        <translation>先提一个问题，再留下回答。</translation>
    </message>
    <message>
        <source>Once all the way round</source>
        <translation>把全过程走一遍</translation>
    </message>
    <message>
        <source>You draw a box, make conversations, train a small model, ask it and put it right. This takes about ten minutes, on the demo project: a copy of your own, so nothing can be spoilt.</source>
        <translation>画一个框，生成对话，训练一个小模型，向它提问并更正它。在演示项目上大约十分钟；那是您自己的副本，不会弄坏任何东西。</translation>
    </message>
    <message>
        <source>Draw a box</source>
        <translation>画一个框</translation>
    </message>
    <message>
        <source>Drag over a thing in the picture, from one corner to the other. Clicking two opposite corners does the same.</source>
        <translation>在图片中的物体上从一角拖到对角。依次点击两个对角也一样。</translation>
    </message>
    <message>
        <source>There is no picture here yet. Add a folder of pictures, or open the demo project.</source>
        <translation>这里还没有图片。添加一个图片文件夹，或打开演示项目。</translation>
    </message>
    <message>
        <source>Say what it is</source>
        <translation>说明它是什么</translation>
    </message>
    <message>
        <source>Type a word for it, for example “orange heart”, and press Enter. This is its ref: what it is called in questions and answers.</source>
        <translation>输入它的名称，例如“橙色心形”，再按 Enter。这就是它的指代：问题和回答里对它的叫法。</translation>
    </message>
    <message>
        <source>The box becomes a token</source>
        <translation>框变成记号</translation>
    </message>
    <message>
        <source>This is what the model reads and writes: thousandths of the picture&apos;s width and height. Drag the box or one of its handles, and watch the numbers follow. Ctrl+Z takes anything back.</source>
        <translation>这就是模型读写的内容：图片宽和高的千分之几。拖动框或它的控点，看数字随之变化。Ctrl+Z 可以撤销任何操作。</translation>
    </message>
    <message>
        <source>Make conversations</source>
        <translation>生成对话</translation>
    </message>
    <message>
        <source>A model learns from questions and answers. Open the templates, leave Grounding chosen, and make them: for each ref the question “Find the …”, and its boxes as the answer.</source>
        <translation>模型从问答中学习。打开模板，保留选中的“定位”，然后生成：对每个指代提问“框出……”，用它的框作回答。</translation>
    </message>
    <message>
        <source>There is no picture here yet. Add some on the Annotate page.</source>
        <translation>这里还没有图片。请在“标注”页添加。</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>体检</translation>
    </message>
    <message>
        <source>Here stands what is wrong with the data, each fault with a way to it, and most with a button that mends it. It is looked at while you work. Split holds pictures back for validation; the demo has that already.</source>
        <translation>这里列出数据的问题，每个问题都能直接跳转，大多数还有修复按钮。检查在您工作时进行。“划分”留出验证用的图片；演示项目已经划分好了。</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>The model Demo and settings that suit it are chosen. Press Start training: it takes a minute or two, without a card too. Next goes on without it.</source>
        <translation>已选好 Demo 模型和适合它的设置。按“开始训练”：没有显卡也只要一两分钟。按“下一步”则跳过。</translation>
    </message>
    <message>
        <source>Watch it learn</source>
        <translation>看它学习</translation>
    </message>
    <message>
        <source>The falling loss says that its answers come nearer to yours. Below stand sample pictures: true boxes dashed, the model&apos;s drawn through. You may go on working, or close the window: the run goes on.</source>
        <translation>损失下降，说明它的回答越来越接近您的。下方是样例图片：虚线是真实的框，实线是模型的框。您可以继续工作或关闭窗口，任务照常进行。</translation>
    </message>
    <message>
        <source>The curve is farther down or up on this page.</source>
        <translation>曲线在本页更靠下或更靠上的位置。</translation>
    </message>
    <message>
        <source>Ask it</source>
        <translation>向它提问</translation>
    </message>
    <message>
        <source>Add a picture and ask where something is. After training: val-01, “Find the gear.” Without it: known-03, “Find the white triangle.” What the answer points at is drawn on the picture.</source>
        <translation>加一张图片，问某物在哪里。训练之后：val-01，“框出齿轮”。没有训练：known-03，“框出白色三角形”。回答所指的位置会画在图片上。</translation>
    </message>
    <message>
        <source>Put it right</source>
        <translation>更正它</translation>
    </message>
    <message>
        <source>Click a box on the picture, then drag it or a handle to where it belongs. What the model wrote stays as a version of the answer.</source>
        <translation>点击图片上的框，把框或控点拖到正确的位置。模型原来写的会作为回答的一个版本保留。</translation>
    </message>
    <message>
        <source>The picture is not in sight. Click the answer, and it is shown with its boxes.</source>
        <translation>图片不在视野中。点击回答，就会显示图片和上面的框。</translation>
    </message>
    <message>
        <source>Keep what you put right</source>
        <translation>留下更正的内容</translation>
    </message>
    <message>
        <source>Add to project makes a conversation of it, and regions of its boxes. From these the model learns next time.</source>
        <translation>“加入项目”把它变成一段对话，把框变成区域。模型下次就从中学习。</translation>
    </message>
    <message>
        <source>The button is under the answer, farther down or up.</source>
        <translation>按钮在回答下面，位置更靠下或更靠上。</translation>
    </message>
    <message>
        <source>Train again</source>
        <translation>再训练一次</translation>
    </message>
    <message>
        <source>Train again from this fills the form with the same settings; start it, and the model learns what you corrected too. Or go on with Next.</source>
        <translation>“以此为基础再训练”会用同样的设置填好表单；开始之后，模型也会学到您更正的内容。也可以按“下一步”继续。</translation>
    </message>
    <message>
        <source>The button stands above the curves of a run that is done.</source>
        <translation>按钮在已完成任务的曲线上方。</translation>
    </message>
    <message>
        <source>Take it along</source>
        <translation>带到别处去用</translation>
    </message>
    <message>
        <source>Export… in the project&apos;s menu writes the data for other programs: Qwen-VL, ShareGPT, COCO, YOLO and more. Choose a format and a place, and press Export.</source>
        <translation>项目菜单中的“导出…”为其他程序写出数据：Qwen-VL、ShareGPT、COCO、YOLO 等。选好格式和位置，再按“导出”。</translation>
    </message>
    <message>
        <source>That was the whole way round</source>
        <translation>全过程走完了</translation>
    </message>
    <message>
        <source>Now with your own pictures: drop a folder onto the window. F1 shows all keys, Ctrl+K finds every command, and the tour stays there too.</source>
        <translation>现在换成您自己的图片：把文件夹拖到窗口上。F1 显示所有按键，Ctrl+K 能找到每个命令，导览也在其中。</translation>
    </message>
    <message>
        <source>It is farther down or up on this page.</source>
        <translation>它在本页更靠下或更靠上的位置。</translation>
    </message>
</context>
<context>
    <name>training</name>
    <message>
        <source>The run&apos;s process was ended from outside ({name}). This is often the system short of memory. Resume goes on from the last checkpoint.</source>
        <translation>训练进程被外部终止（{name}）。这往往是系统内存不足。恢复训练会从最后一个检查点继续。</translation>
    </message>
    <message>
        <source>The run&apos;s process ended by itself with code {code} before the run was done.</source>
        <translation>训练进程在任务完成之前自行结束，退出码 {code}。</translation>
    </message>
    <message>
        <source>The run&apos;s process is gone. Resume goes on from the last checkpoint.</source>
        <translation>训练进程已不在。恢复训练会从最后一个检查点继续。</translation>
    </message>
</context>
</TS>
